import { definePlugin } from '@vision-sdk/core';
import { sdxlTurboModel } from './model.ts';
import { sdxlTurboOptions } from './options.ts';

export type { SdxlTurboOptions } from './options.ts';

/** SDXL Turbo, and any other SDXL or Stable Diffusion as ONNX: TextToImage, and with an encoder of pictures ImageToImage, Inpaint and Uncrop. */
export default definePlugin({
  module: import.meta.url,
  name: '@vision-sdk/plugin-sdxl-turbo',
  version: '0.1.0',
  options: sdxlTurboOptions,
  contribute: (options) => ({ models: [sdxlTurboModel(options)] }),
});
