import { KANDINSKY_NEGATIVE_PREFIX, memoryOption, modelOption, precisionOption, rangesOption, stackOptions } from '@vision-sdk/diffusion';
import { z } from 'zod';

const prior = z
  .strictObject({
    steps: z.int().min(2).max(1000).default(25).meta({ description: 'Steps for each prompt' }),
    guidance: z.number().min(0).max(20).default(1).meta({ description: 'Up to 1 is none, as in Vision 2' }),
  })
  .prefault({});

/** Options of the plugin, as they stand in a config. */
export const kandinskyOptions = z.strictObject({
  model: modelOption,
  id: z
    .string()
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'use lower-case letters, digits and hyphens')
    .default('kandinsky')
    .meta({ description: 'Name in placement and on the scoreboard' }),
  engines: z
    .array(z.string().min(1))
    .min(1)
    .default(['kandinsky-2.2'])
    .meta({ description: 'What requests call this model in their field engine' }),
  precision: precisionOption.optional(),
  prior: prior.meta({ description: 'How the prior imagines pictures of prompts' }),
  ...stackOptions,
  imageToImage: z
    .enum(['blend', 'latents'])
    .default('blend')
    .meta({ description: 'blend mixes the embeddings of picture and words, as Vision 2 did; latents starts from the picture itself' }),
  keepRest: z
    .boolean()
    .default(false)
    .meta({ description: 'Inpaint keeps the size of the picture and every pixel outside the mask; else it gives what the model painted' }),
  negativePrefix: z
    .string()
    .max(2000)
    .default(KANDINSKY_NEGATIVE_PREFIX)
    .meta({ description: 'Put before every negative prompt; the words of Vision 2 if left out' }),
  ranges: rangesOption,
  maxPixels: z
    .int()
    .min(64 * 64)
    .max(4096 * 4096)
    .default(1536 * 1536)
    .meta({ description: 'Pictures with more pixels, given or made, are refused before they are decoded' }),
  memory: memoryOption.optional().meta({ description: 'Memory that the whole loaded model needs; estimated from the files if left out' }),
  components: z
    .record(z.string(), memoryOption)
    .optional()
    .meta({ description: 'Memory of components, by the names of their folders; estimated from the files if left out' }),
  licence: z.string().min(1).default('unknown').meta({ description: 'Licence of the weights' }),
});

/** Options with defaults filled in. */
export type KandinskyOptions = z.output<typeof kandinskyOptions>;
