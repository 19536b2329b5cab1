import { MEMORY_SIZE } from '@vision-sdk/core';
import { z } from 'zod';

/** Options of the plugin, as they stand in a config. */
export const segmentOptions = z.strictObject({
  model: z
    .string()
    .min(1)
    .meta({ description: 'A folder with the pair, such as onnx/vision_encoder.onnx and onnx/prompt_encoder_mask_decoder.onnx' }),
  encoder: z.string().min(1).optional().meta({ description: 'The .onnx file of the encoder, where it has another name' }),
  decoder: z.string().min(1).optional().meta({ description: 'The .onnx file of the decoder, where it has another name' }),
  precision: z
    .string()
    .regex(/^[a-z0-9]+$/, 'write the ending of the file name, such as fp16 or quantized')
    .default('fp32')
    .meta({ description: 'Ending of the file names: fp16, quantized and others; fp32 has none' }),
  maxPixels: z
    .int()
    .min(64 * 64)
    .default(4096 * 4096)
    .meta({ description: 'Larger pictures are refused before they are decoded' }),
  memory: z
    .string()
    .regex(MEMORY_SIZE, "write a size like '512MiB'")
    .default('4GiB')
    .meta({ description: 'Memory that both loaded networks need' }),
  licence: z.string().min(1).default('unknown').meta({ description: 'Licence of the weights' }),
});

/** Options with defaults filled in. */
export type SegmentOptions = z.output<typeof segmentOptions>;
