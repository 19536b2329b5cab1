import { definePlugin } from '@vision-sdk/core';
import { inpaintModel } from './model.ts';
import { inpaintOptions } from './options.ts';

export type { InpaintOptions } from './options.ts';

/** Stable Diffusion, trained for inpainting or not: Vision's Inpaint operation, and Uncrop. */
export default definePlugin({
  module: import.meta.url,
  name: '@vision-sdk/plugin-inpaint',
  version: '0.1.0',
  options: inpaintOptions,
  contribute: (options) => ({ models: [inpaintModel(options)] }),
});
