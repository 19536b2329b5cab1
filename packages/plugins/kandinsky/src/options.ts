import { KANDINSKY_NEGATIVE_PREFIX, keepRestOption, paintingOptions, refuseClashes } from '@vision-sdk/diffusion';
import { z } from 'zod';
import { COMPONENTS } from './load.ts';

const prior = z
  .strictObject({
    steps: z.int().min(2).max(1000).default(25).meta({ description: 'Steps for each prompt' }),
    guidance: z.number().min(0).max(20).default(1).meta({ description: 'Up to 1 is none, as in Vision 2' }),
  })
  .prefault({});

/** Options of the plugin, as they stand in a config. */
export const kandinskyOptions = z
  .strictObject({
    ...paintingOptions({ id: 'kandinsky', engines: ['kandinsky-2.2'], negativePrefix: KANDINSKY_NEGATIVE_PREFIX, components: COMPONENTS }),
    prior: prior.meta({ description: 'How the prior imagines pictures of prompts' }),
    imageToImage: z
      .enum(['blend', 'latents'])
      .default('blend')
      .meta({ description: 'blend mixes the embeddings of picture and words, as Vision 2 did; latents starts from the picture itself' }),
    keepRest: keepRestOption,
  })
  .superRefine(({ model, parts }, context) => refuseClashes(context, { model: [model], parts: Object.values(parts) }));

/** Options with defaults filled in. */
export type KandinskyOptions = z.output<typeof kandinskyOptions>;
