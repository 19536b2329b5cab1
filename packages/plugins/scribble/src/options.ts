import { clashingFiles, controlledOptions, modelOption } from '@vision-sdk/diffusion';
import { z } from 'zod';

/** Options of the plugin, as they stand in a config. */
export const scribbleOptions = z
  .strictObject({
    ...controlledOptions,
    controlnet: modelOption.meta({
      description: 'The scribble ControlNet: an .onnx file, a folder with one, or a repository of a model hub',
    }),
    id: z
      .string()
      .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'use lower-case letters, digits and hyphens')
      .default('scribble')
      .meta({ description: 'Name in placement and on the scoreboard' }),
    engines: z
      .array(z.string().min(1))
      .min(1)
      .default(['stable-diffusion-1.5'])
      .meta({ description: 'What requests call this model in their field engine' }),
    masks: z.enum(['as-sent', 'brightened']).default('as-sent').meta({
      description: 'Drawings whose values are 0 and 1, which is all but black: as-sent as Vision takes them, or brightened to 0 and 255',
    }),
  })
  .superRefine(({ model, controlnet }, context) => {
    const message = clashingFiles([model, controlnet]);
    if (message !== undefined) context.addIssue({ code: 'custom', path: ['controlnet'], message });
  });

/** Options with defaults filled in. */
export type ScribbleOptions = z.output<typeof scribbleOptions>;
