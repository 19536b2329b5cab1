import { MEMORY_SIZE } from '@vision-sdk/core';
import { z } from 'zod';

const threeNumbers = z.tuple([z.number(), z.number(), z.number()]);

const pixels = z
  .strictObject({
    size: z
      .int()
      .min(16)
      .max(1024)
      .optional()
      .meta({ description: 'Side of the square that the network sees; read from it where it is fixed, else 224' }),
    fit: z
      .enum(['crop', 'stretch'])
      .optional()
      .meta({ description: 'crop: the middle square; stretch: the whole picture. stretch for logits, else crop' }),
    filter: z.enum(['bilinear', 'bicubic']).optional().meta({ description: 'bilinear for logits, else bicubic' }),
    mean: threeNumbers.optional().meta({ description: 'Mean of red, green and blue, 0 to 1; 0.5 for logits, else CLIP’s' }),
    std: threeNumbers.optional().meta({ description: 'Standard deviation of red, green and blue; 0.5 for logits, else CLIP’s' }),
  })
  .prefault({});

/** Options of the plugin, as they stand in a config. */
export const safetyOptions = z.strictObject({
  model: z
    .string()
    .min(1)
    .meta({ description: 'An .onnx file, or a folder with safety_checker/model.onnx, model.onnx or onnx/model.onnx' }),
  unsafeLabels: z
    .array(z.int().min(0).max(9999))
    .min(1)
    .default([1])
    .meta({ description: 'Positions of the unsafe labels of a classifier, from 0' }),
  threshold: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.5)
    .meta({ description: 'A classifier’s probability of unsafe labels from which a picture is withheld' }),
  pixels,
  memory: z
    .string()
    .regex(MEMORY_SIZE, "write a size like '512MiB'")
    .default('2GiB')
    .meta({ description: 'Memory that the loaded network needs' }),
  maxPixels: z
    .int()
    .min(64 * 64)
    .default(4096 * 4096)
    .meta({ description: 'Larger pictures are not decoded, and so withheld' }),
  licence: z.string().min(1).default('unknown').meta({ description: 'Licence of the weights that `model` names' }),
});

/** Options with defaults filled in. */
export type SafetyOptions = z.output<typeof safetyOptions>;
