import type { MiniPainter, MiniRanges, NamedPainter, SharingPainter } from './options.ts';
import { pathOf } from './paths.ts';

export type { MiniPainter, MiniRanges, NamedPainter, SharingPainter } from './options.ts';

/**
 * 64 pixels are what was trained, and other sizes are smears. Eight steps at a guidance of 2 are what a request means that says neither; Vision's own 4 and 7, which
 * such requests carry, lie outside.
 */
const ranges: MiniRanges = {
  steps: [6, 14],
  guidance: [1, 6],
  side: [64, 64],
  multipleOf: 8,
  defaultSide: 64,
  defaultSteps: 8,
  defaultGuidance: 2,
};

const painter = { licence: 'MIT', scheduler: 'model', negativePrefix: '', ranges, memory: '128MiB' } as const;

/** SDXL's layout, for `@vision-sdk/plugin-sdxl-turbo`: TextToImage, ImageToImage, Inpaint and Uncrop. */
export const sdxl: MiniPainter = { ...painter, model: pathOf('sdxl') };

/** {@link sdxl} with a UNet trained from another seed: a second checkpoint of the family, which paints other pictures of the same words. */
export const sdxlB: NamedPainter & SharingPainter<'unet'> = { ...sdxl, id: 'sdxl-turbo-b', parts: { unet: pathOf('sdxl-b') } };

/**
 * Stable Diffusion 1.5's layout, for `@vision-sdk/plugin-inpaint`: Inpaint and Uncrop. `@vision-sdk/plugin-sdxl-turbo` runs it as well, for `TextToImage` under
 * another `id` and other `engines`.
 */
export const sd15: MiniPainter = { ...painter, model: pathOf('sd15') };

/** {@link sd15} with a ControlNet for drawings, for `@vision-sdk/plugin-scribble`. */
export const scribble: MiniPainter & { readonly controlnet: string } = { ...sd15, controlnet: pathOf('control-scribble') };

/** {@link sd15} with a ControlNet for Canny edges, for `@vision-sdk/plugin-controlnet`. */
export const canny: MiniPainter & { readonly controlnets: { readonly canny: string } } = {
  ...sd15,
  controlnets: { canny: pathOf('control-canny') },
};

/** Kandinsky 2.2's layout, for `@vision-sdk/plugin-kandinsky`. Its encoders of words and pictures are those of {@link clip}. */
export const kandinsky: SharingPainter<'text_encoder' | 'image_encoder'> = {
  ...painter,
  model: pathOf('kandinsky'),
  parts: { text_encoder: pathOf('clip/onnx/text_model.onnx'), image_encoder: pathOf('clip/onnx/vision_model.onnx') },
  // Sides are multiples of movq's scale squared.
  ranges: { ...ranges, multipleOf: 16 },
};

/** CLIP's layout, for `@vision-sdk/plugin-clip`: embeddings of pictures and of texts, 128 numbers each. */
export const clip = { model: pathOf('clip'), licence: 'MIT', text: true, memory: '64MiB', textMemory: '64MiB' } as const;
