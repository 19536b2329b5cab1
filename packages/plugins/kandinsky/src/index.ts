import { definePlugin } from '@vision-sdk/core';
import { kandinskyModel } from './model.ts';
import { kandinskyOptions } from './options.ts';

export { fail as kandinskyErrors } from './errors.ts';
export type { KandinskyOptions } from './options.ts';

/** Kandinsky 2.2: the model `kandinsky` for Vision's TextToImage, ImageToImage and Inpaint operations, and for Uncrop. */
export default definePlugin({
  module: import.meta.url,
  name: '@vision-sdk/plugin-kandinsky',
  version: '0.1.0',
  options: kandinskyOptions,
  contribute: (options) => ({ models: [kandinskyModel(options)] }),
});
