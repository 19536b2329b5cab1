import { type AnyModel, definePlugin } from '@vision-sdk/core';
import { lamaModel } from './lama/model.ts';
import { inpaintModel } from './model.ts';
import { type InpaintOptions, inpaintOptions } from './options.ts';

export type { InpaintOptions, LamaOptions } from './options.ts';

/** Stable Diffusion, trained for inpainting or not, and LaMa: Vision's Inpaint operation, and Uncrop. */
export default definePlugin({
  module: import.meta.url,
  name: '@vision-sdk/plugin-inpaint',
  version: '0.1.0',
  options: inpaintOptions,
  contribute: (options) => ({ models: modelsOf(options) }),
});

function modelsOf({ model, lama, ...options }: InpaintOptions): AnyModel[] {
  return [
    ...(model === undefined ? [] : [inpaintModel({ ...options, model })]),
    ...(lama === undefined ? [] : [lamaModel(lama, options.maxPixels)]),
  ];
}
