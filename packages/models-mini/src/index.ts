import { folderOf } from './folder.ts';
import type { MiniPainter, MiniRanges } from './options.ts';

export type { MiniPainter, MiniRanges } from './options.ts';

/** Other sizes than the one that was trained become smears. What validators of Vision ask for fits; what a request leaves out is what was trained for. */
const ranges: MiniRanges = {
  steps: [6, 25],
  guidance: [1, 6],
  side: [64, 64],
  multipleOf: 8,
  defaultSide: 64,
  defaultSteps: 8,
  defaultGuidance: 3,
};
const painter = { licence: 'MIT', scheduler: 'model', negativePrefix: '', ranges, memory: '96MiB' } as const;

/** SDXL's layout, for `@vision-sdk/plugin-sdxl-turbo`: TextToImage, ImageToImage, Inpaint and Uncrop. */
export const sdxl: MiniPainter = { ...painter, model: folderOf('sdxl') };

/** The same with a UNet that was trained with another seed: a second checkpoint of the family. */
export const sdxlB: MiniPainter = { ...painter, model: folderOf('sdxl-b') };

/** Stable Diffusion 1.5's layout, for `@vision-sdk/plugin-sdxl-turbo` and `@vision-sdk/plugin-inpaint`. Its UNet takes what ControlNets add. */
export const sd15: MiniPainter = { ...painter, model: folderOf('sd15') };

/** {@link sd15} with a ControlNet for drawings, for `@vision-sdk/plugin-scribble`. */
export const scribble: MiniPainter & { readonly controlnet: string } = { ...sd15, controlnet: folderOf('control-scribble') };

/** {@link sd15} with a ControlNet for Canny edges, for `@vision-sdk/plugin-controlnet`. */
export const canny: MiniPainter & { readonly controlnets: { readonly canny: string } } = {
  ...sd15,
  controlnets: { canny: folderOf('control-canny') },
};

/** Kandinsky 2.2's layout, for `@vision-sdk/plugin-kandinsky`. */
export const kandinsky: MiniPainter = { ...painter, model: folderOf('kandinsky') };

/** CLIP's layout, for `@vision-sdk/plugin-clip`: embeddings of images and texts, 64 pixels and 40 tokens. */
export const clip = { model: folderOf('clip'), licence: 'MIT', text: true, memory: '128MiB', textMemory: '128MiB' } as const;
