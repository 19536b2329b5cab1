import { MEMORY_SIZE } from '@vision-sdk/core';
import { z } from 'zod';

const memory = (size: string) => z.string().regex(MEMORY_SIZE, "write a size like '512MiB'").default(size);

/** Options of the plugin, as they stand in a config. */
export const clipOptions = z.strictObject({
  model: z
    .string()
    .min(1)
    .meta({ description: 'A folder with onnx/vision_model.onnx (and onnx/text_model.onnx), or the .onnx file for images' }),
  precision: z
    .string()
    .regex(/^[a-z0-9]+$/, 'write the ending of the file name, such as fp16 or quantized')
    .default('fp32')
    .meta({ description: 'fp32 takes vision_model.onnx; fp16, quantized and others the file that ends in _fp16, _quantized and so on' }),
  text: z.boolean().default(false).meta({ description: 'Serve embeddings of texts too; needs a text model and a tokenizer' }),
  textModel: z.string().min(1).optional().meta({ description: 'Folder or .onnx file for texts; `model` if left out' }),
  tokenizer: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'Folder with tokenizer.json, or vocab.json and merges.txt; that of the text model if left out' }),
  batch: z.int().min(1).max(64).default(8).meta({ description: 'Pictures or texts in one run of a network' }),
  maxImages: z.int().min(1).max(1024).default(64).meta({ description: 'Requests with more images are refused' }),
  maxPixels: z
    .int()
    .min(64 * 64)
    .default(4096 * 4096)
    .meta({ description: 'Larger images are refused before they are decoded' }),
  memory: memory('1GiB').meta({ description: 'Memory that the loaded image network needs' }),
  textMemory: memory('1GiB').meta({ description: 'Memory that the loaded text network needs' }),
  licence: z.string().min(1).default('unknown').meta({ description: 'Licence of the weights' }),
});

/** Options with defaults filled in. */
export type ClipOptions = z.output<typeof clipOptions>;
