import { KANDINSKY_NEGATIVE_PREFIX, SCHEDULER_NAMES } from '@vision-sdk/diffusion';
import { z } from 'zod';

/** Options of the plugin, as they stand in a config. */
export const kandinskyOptions = z.strictObject({
  model: z.string().min(1).meta({ description: 'The folder with the weights, laid out as the README says' }),
  precision: z
    .string()
    .regex(/^[a-z0-9]+$/, 'write the ending of the file names, such as fp16')
    .default('fp32')
    .meta({ description: 'fp32 takes model.onnx of each component; fp16 and others the file that ends in _fp16 and so on' }),
  imageToImage: z
    .enum(['blend', 'latents'])
    .default('blend')
    .meta({ description: 'blend mixes the embeddings of picture and words, as Vision did; latents starts from the picture itself' }),
  priorSteps: z.int().min(2).max(1000).default(25).meta({ description: 'Steps of the prior for each prompt' }),
  priorGuidance: z.number().min(0).max(20).default(1).meta({ description: 'Guidance of the prior; up to 1 is none, as in Vision' }),
  negativePrefix: z.string().max(2000).default(KANDINSKY_NEGATIVE_PREFIX).meta({ description: 'Stands before every negative prompt' }),
  scheduler: z
    .enum(['model', ...SCHEDULER_NAMES])
    .default('DDPMScheduler')
    .meta({
      description: "Class of the decoder's scheduler, with the options of the model's own; model is the class that it names itself",
    }),
  maxPixels: z
    .int()
    .min(64 * 64)
    .default(4096 * 4096)
    .meta({ description: 'Larger pictures and masks are refused before they are decoded' }),
  memory: z
    .string()
    .regex(/^\d+(\.\d+)?(KiB|MiB|GiB)$/, "write a size like '12GiB'")
    .optional()
    .meta({ description: 'Memory that the loaded components need; worked out from the files if left out' }),
  licence: z.string().min(1).default('unknown').meta({ description: 'Licence of the weights' }),
});

/** Options with defaults filled in. */
export type KandinskyOptions = z.output<typeof kandinskyOptions>;
