import { MEMORY_SIZE } from '@vision-sdk/core';
import { z } from 'zod';

const tile = z
  .strictObject({
    size: z
      .int()
      .min(16)
      .max(2048)
      .optional()
      .meta({ description: 'Side of what one tile gives, in pixels of the input; 192 with vision, 512 with whole' }),
    border: z
      .int()
      .min(0)
      .max(256)
      .default(24)
      .meta({ description: 'Pixels around a tile that the network sees and that are cut off again' }),
    batch: z.int().min(1).max(64).default(4).meta({ description: 'Tiles in one run, with vision' }),
    mirror: z.int().min(0).max(256).default(15).meta({ description: 'Mirrored pixels around the picture, with vision' }),
    multiple: z.int().min(1).max(64).default(4).meta({ description: 'Sides given to the network are multiples of this, with whole' }),
  })
  .prefault({});

/** Options of the plugin, as they stand in a config. */
export const upscaleOptions = z.strictObject({
  model: z.string().min(1).optional().meta({ description: 'An .onnx file or a folder that holds one; the built-in vision-x2 if left out' }),
  id: z
    .string()
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'use lower-case letters, digits and hyphens')
    .optional()
    .meta({ description: 'Name in placement and on the scoreboard; made from the file name if left out' }),
  scale: z.int().min(2).max(8).optional().meta({ description: 'Factor of the network; found by a trial run if left out' }),
  tiling: z.enum(['vision', 'whole']).optional().meta({
    description: 'vision: bytes as Vision 2 makes them; whole: as few tiles as possible. whole for vision-x2, vision for other networks',
  }),
  tile,
  maxOutputPixels: z
    .int()
    .min(64 * 64)
    .max(64 * 1024 * 1024)
    .default(4_194_304)
    .meta({ description: 'Larger results are refused' }),
  threads: z.int().min(1).max(256).optional().meta({ description: 'Threads of one run; what the device allows if left out' }),
  memory: z
    .string()
    .regex(MEMORY_SIZE, "write a size like '512MiB'")
    .optional()
    .meta({ description: 'Memory that the loaded network needs; 512MiB for vision-x2, 2GiB for networks with `scale` 2, else 4GiB' }),
  licence: z.string().min(1).default('unknown').meta({ description: 'Licence of the weights that `model` names' }),
});

/** Options with defaults filled in. */
export type UpscaleOptions = z.output<typeof upscaleOptions>;
