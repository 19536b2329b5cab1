import { paintingOptions, repaintOptions, stackOptions } from '@vision-sdk/diffusion';
import { z } from 'zod';

/** Options of the plugin, as they stand in a config. */
export const inpaintOptions = z.strictObject({
  // Vision's requests for Inpaint name Kandinsky.
  ...paintingOptions({ id: 'inpaint', engines: ['stable-diffusion-1.5', 'kandinsky-2.2'] }),
  scheduler: stackOptions.scheduler.default('model').meta({
    description: "model: the model's own; vision: DDPM with its options, as Vision 2 ran other models; or a class of diffusers",
  }),
  ...repaintOptions,
});

/** Options with defaults filled in. */
export type InpaintOptions = z.output<typeof inpaintOptions>;
