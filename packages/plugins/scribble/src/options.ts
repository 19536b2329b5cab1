import { CONTROLLED_COMPONENTS, modelOption, paintingOptions, refuseClashes } from '@vision-sdk/diffusion';
import { z } from 'zod';

const painting = paintingOptions({
  id: 'scribble',
  engines: ['stable-diffusion-1.5'],
  maxPixels: 4096 * 4096,
  components: CONTROLLED_COMPONENTS,
});

/** Options of the plugin, as they stand in a config. */
export const scribbleOptions = z
  .strictObject({
    ...painting,
    controlnet: modelOption.meta({
      description: 'The scribble ControlNet: an .onnx file, a folder with one, or a repository of a model hub',
    }),
    masks: z.enum(['as-sent', 'brightened']).default('as-sent').meta({
      description: 'Drawings whose values are 0 and 1, which is all but black: as-sent as Vision takes them, or brightened to 0 and 255',
    }),
  })
  .superRefine(({ model, parts, controlnet }, context) =>
    refuseClashes(context, { model: [model], parts: Object.values(parts), controlnet: [controlnet] }),
  );

/** Options with defaults filled in. */
export type ScribbleOptions = z.output<typeof scribbleOptions>;
