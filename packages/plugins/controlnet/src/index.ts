import { definePlugin } from '@vision-sdk/core';
import { controlnetModel } from './model.ts';
import { controlnetOptions } from './options.ts';

export type { ControlnetOptions, ControlType } from './options.ts';

/** ControlNets on Stable Diffusion 1.5 or SDXL: the operation ControlledTextToImage. */
export default definePlugin({
  module: import.meta.url,
  name: '@vision-sdk/plugin-controlnet',
  version: '0.1.0',
  options: controlnetOptions,
  contribute: (options) => ({ models: [controlnetModel(options)] }),
});
