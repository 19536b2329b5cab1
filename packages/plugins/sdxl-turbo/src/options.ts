import { memoryOption, modelOption, precisionOption, SCHEDULER_NAMES, VISION_NEGATIVE_PREFIX } from '@vision-sdk/diffusion';
import { z } from 'zod';

const range = (value: z.ZodNumber) => z.tuple([value, value]).refine(([least, most]) => least <= most, 'write the least first');

const ranges = z
  .strictObject({
    steps: range(z.int().min(1).max(1000)).optional().meta({ description: 'Fewest and most steps; 6 to 14' }),
    guidance: range(z.number().min(0).max(100)).optional().meta({ description: 'Least and most cfg_scale; 1 to 4' }),
    side: range(z.int().min(8).max(4096)).optional().meta({ description: 'Shortest and longest side in pixels; from the weights' }),
    multipleOf: z.int().min(8).max(512).optional().meta({ description: 'Sides are multiples of it; from the weights' }),
    defaultSide: z.int().min(8).max(4096).optional().meta({ description: 'Side of a picture where nobody says one; from the weights' }),
  })
  .prefault({});

/** Options of the plugin, as they stand in a config. */
export const sdxlTurboOptions = z.strictObject({
  model: modelOption,
  id: z
    .string()
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'use lower-case letters, digits and hyphens')
    .default('sdxl-turbo')
    .meta({ description: 'Name in placement and on the scoreboard' }),
  engines: z
    .array(z.string().min(1))
    .min(1)
    .default(['stable-diffusion-xl-turbo'])
    .meta({ description: 'What requests call this model in their field engine' }),
  precision: precisionOption.optional(),
  scheduler: z
    .enum(['vision', 'model', ...SCHEDULER_NAMES])
    .default('vision')
    .meta({
      description:
        "vision: DDPM with the options of the model's own scheduler, as Vision 2 ran it; model: its own; or a class of diffusers",
    }),
  stack: z
    .enum(['vision-2', 'current'])
    .optional()
    .meta({
      description:
        'Whose numbers to follow where versions differ: diffusers 0.25.1 and torch 2.1, or later ones. vision-2 for the scheduler vision',
    }),
  noise: z
    .enum(['float32', 'float16', 'bfloat16'])
    .default('float32')
    .meta({ description: 'Precision in which noise is drawn; Vision 2 ran bfloat16' }),
  negativePrefix: z.string().default(VISION_NEGATIVE_PREFIX).meta({ description: 'Put before every negative prompt' }),
  ranges,
  maxPixels: z
    .int()
    .min(64 * 64)
    .default(1536 * 1536)
    .meta({ description: 'Pictures in requests that have more pixels are refused before they are decoded' }),
  memory: memoryOption.optional().meta({ description: 'Memory that the whole loaded model needs; estimated from the files if left out' }),
  components: z
    .record(z.string(), memoryOption)
    .optional()
    .meta({ description: 'Memory of components, by the names of their folders; estimated from the files if left out' }),
  licence: z.string().min(1).default('unknown').meta({ description: 'Licence of the weights' }),
});

/** Options with defaults filled in. */
export type SdxlTurboOptions = z.output<typeof sdxlTurboOptions>;
