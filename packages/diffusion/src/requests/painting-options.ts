import { z } from 'zod';
import { STABLE_DIFFUSION_COMPONENTS } from '../stable/load-stable-diffusion.ts';
import { stackOptions } from '../stable/stack-options.ts';
import { memoryOption, modelOption, partsOption, precisionOption } from '../weights/options.ts';
import type { ComponentWanted } from '../weights/wanted.ts';
import { VISION_NEGATIVE_PREFIX } from './prompts.ts';
import { rangesOption } from './range-options.ts';

/** What differs between models that paint. */
export interface PaintingDefaults {
  readonly id: string;
  readonly engines: readonly [string, ...string[]];
  readonly negativePrefix?: string;
  /** Largest picture that is decoded; that of the largest result by default. */
  readonly maxPixels?: number;
  /** Components that `parts` may name; those of Stable Diffusion by default. */
  readonly components?: readonly ComponentWanted[];
}

/** Whether Inpaint keeps what is not masked, as an option of a plugin. */
export const keepRestOption = z
  .boolean()
  .default(false)
  .meta({ description: 'Inpaint keeps the size of the picture and every pixel outside of the mask; else it gives what the model painted' });

/** Options of every plugin with a model that paints what Vision's requests ask for. Spread them into a schema. */
export function paintingOptions({
  id,
  engines,
  negativePrefix = VISION_NEGATIVE_PREFIX,
  maxPixels = 1536 * 1536,
  components = STABLE_DIFFUSION_COMPONENTS,
}: PaintingDefaults) {
  return {
    model: modelOption,
    parts: partsOption(components),
    id: z
      .string()
      .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'use lower-case letters, digits and hyphens')
      .default(id)
      .meta({ description: 'Name in placement and on the scoreboard' }),
    engines: z
      .array(z.string().min(1))
      .min(1)
      .default([...engines])
      .meta({ description: 'What requests call this model in their field engine' }),
    precision: precisionOption.optional(),
    ...stackOptions,
    negativePrefix: z
      .string()
      .max(2000)
      .default(negativePrefix)
      .meta({ description: 'Put before every negative prompt; the words of Vision 2 if left out' }),
    ranges: rangesOption,
    maxPixels: z
      .int()
      .min(64 * 64)
      .max(4096 * 4096)
      .default(maxPixels)
      .meta({ description: 'Pictures with more pixels, given or made, are refused before they are decoded' }),
    memory: memoryOption.optional().meta({ description: 'Memory that the whole loaded model needs; estimated from the files if left out' }),
    components: z
      .record(z.string(), memoryOption)
      .optional()
      .meta({ description: 'Memory of components, by the names of their folders; estimated from the files if left out' }),
    licence: z.string().min(1).default('unknown').meta({ description: 'Licence of the weights' }),
  };
}

/** How Inpaint and Uncrop paint, as options of a plugin: those of `RepaintSettings` and `InpaintSettings`. Without them Inpaint answers what diffusers answers. */
export const repaintOptions = {
  strength: z
    .number()
    .gt(0)
    .max(1)
    .default(1)
    .meta({ description: 'How much is made new under a mask: 1 begins with noise alone, less with what is there' }),
  paddingCrop: z.int().min(0).max(1024).optional().meta({
    description: 'Inpaint works on the part around the mask, with so many pixels on each side, and puts it back; the whole if left out',
  }),
  keepRest: keepRestOption,
};
