import { paintingOptions, refuseClashes, repaintOptions } from '@vision-sdk/diffusion';
import { z } from 'zod';

/** Options of the plugin, as they stand in a config. */
export const sdxlTurboOptions = z
  .strictObject({
    ...paintingOptions({ id: 'sdxl-turbo', engines: ['stable-diffusion-xl-turbo'] }),
    inpaint: z.strictObject(repaintOptions).prefault({}).meta({ description: 'How Inpaint and Uncrop paint' }),
  })
  .superRefine(({ model, parts }, context) => refuseClashes(context, { model: [model], parts: Object.values(parts) }));

/** Options with defaults filled in. */
export type SdxlTurboOptions = z.output<typeof sdxlTurboOptions>;
