import { memoryOption, modelOption, paintingOptions, refuseClashes, repaintOptions, stackOptions } from '@vision-sdk/diffusion';
import { z } from 'zod';

const lamaOptions = z.strictObject({
  model: modelOption,
  id: z
    .string()
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'use lower-case letters, digits and hyphens')
    .default('lama')
    .meta({ description: 'Name in placement and on the scoreboard' }),
  engines: z.array(z.string().min(1)).min(1).default(['lama']).meta({ description: 'What requests call it in their field engine' }),
  padding: z
    .int()
    .min(0)
    .max(2048)
    .default(128)
    .meta({ description: 'Pixels around a mask that the network sees where it does not see the whole picture' }),
  memory: memoryOption.optional().meta({ description: 'Memory that the loaded network needs; estimated from the file if left out' }),
  licence: z.string().min(1).default('unknown').meta({ description: 'Licence of the weights' }),
});

/** Options of the plugin, as they stand in a config. */
export const inpaintOptions = z
  .strictObject({
    // Vision's requests for Inpaint name Kandinsky.
    ...paintingOptions({ id: 'inpaint', engines: ['stable-diffusion-1.5', 'kandinsky-2.2'] }),
    model: modelOption.optional().meta({ description: 'Weights of Stable Diffusion; left out where `lama` alone is to serve' }),
    scheduler: stackOptions.scheduler.default('model').meta({
      description: "model: the model's own; vision: DDPM with its options, as Vision 2 ran other models; or a class of diffusers",
    }),
    ...repaintOptions,
    lama: lamaOptions.optional().meta({ description: 'A network that fills holes in one run and without words, as a model of its own' }),
  })
  .refine(({ model, lama }) => model !== undefined || lama !== undefined, { error: 'give weights: `model` or `lama`', path: ['model'] })
  .superRefine(({ model, parts }, context) => refuseClashes(context, { model: [model], parts: Object.values(parts) }));

/** Options with defaults filled in. */
export type InpaintOptions = z.output<typeof inpaintOptions>;

/** Options of LaMa with defaults filled in. */
export type LamaOptions = NonNullable<InpaintOptions['lama']>;
