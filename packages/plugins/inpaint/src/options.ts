import { memoryOption, modelOption, precisionOption, rangesOption, stackOptions, VISION_NEGATIVE_PREFIX } from '@vision-sdk/diffusion';
import { z } from 'zod';

/** Options of the plugin, as they stand in a config. */
export const inpaintOptions = z.strictObject({
  model: modelOption,
  id: z
    .string()
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'use lower-case letters, digits and hyphens')
    .default('inpaint')
    .meta({ description: 'Name in placement and on the scoreboard' }),
  engines: z
    .array(z.string().min(1))
    .min(1)
    .default(['stable-diffusion-1.5', 'kandinsky-2.2'])
    .meta({ description: "What requests call this model in their field engine; Vision's requests for Inpaint say kandinsky-2.2" }),
  precision: precisionOption.optional(),
  ...stackOptions,
  scheduler: stackOptions.scheduler.default('model').meta({
    description: "model: the model's own; vision: DDPM with its options, as Vision 2 ran other models; or a class of diffusers",
  }),
  strength: z
    .number()
    .gt(0)
    .max(1)
    .default(1)
    .meta({ description: 'How much is made new under a mask: 1 begins with noise alone, less with what is there' }),
  paddingCrop: z.int().min(0).max(1024).optional().meta({
    description: 'Inpaint works on the part around the mask, with so many pixels on each side, and puts it back; the whole if left out',
  }),
  keepRest: z.boolean().default(false).meta({
    description: 'Inpaint puts what it painted into the picture, whose other pixels stay as they are; always so with paddingCrop',
  }),
  negativePrefix: z.string().max(2000).default(VISION_NEGATIVE_PREFIX).meta({ description: 'Stands before every negative prompt' }),
  ranges: rangesOption,
  maxPixels: z
    .int()
    .min(256 * 256)
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
export type InpaintOptions = z.output<typeof inpaintOptions>;
