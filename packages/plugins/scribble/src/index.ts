import { definePlugin } from '@vision-sdk/core';
import { scribbleModel } from './model.ts';
import { scribbleOptions } from './options.ts';

export type { ScribbleOptions } from './options.ts';

/** Vision's Scribble operation: pictures that follow a drawing, by Stable Diffusion 1.5 and a scribble ControlNet. */
export default definePlugin({
  module: import.meta.url,
  name: '@vision-sdk/plugin-scribble',
  version: '0.1.0',
  options: scribbleOptions,
  contribute: (options) => ({ models: [scribbleModel(options)] }),
});
