import { defineModel, type ServedModel } from '@vision-sdk/core';
import {
  diffusersWeights,
  drawsItself,
  estimatedMemory,
  inpaintPipeline,
  loadStableDiffusion,
  STABLE_DIFFUSION_COMPONENTS,
  type StableDiffusion,
  stackLoading,
  uncropPipeline,
  weightSources,
} from '@vision-sdk/diffusion';
import { imageToImagePipeline } from './image-to-image.ts';
import type { SdxlTurboOptions } from './options.ts';
import { rangesOf } from './ranges.ts';
import { textToImagePipeline } from './text-to-image.ts';

/** The model that the options describe. Without an encoder of pictures among its weights it serves TextToImage alone. */
export function sdxlTurboModel(options: SdxlTurboOptions): ServedModel<StableDiffusion> {
  const { model, parts, precision, licence } = options;
  const weights = diffusersWeights(model, { components: STABLE_DIFFUSION_COMPONENTS, parts, licence, precision });
  const ranges = rangesOf(options, weights);
  const painter = defineModel<StableDiffusion>({
    id: options.id,
    weights: weightSources(weights),
    resources: estimatedMemory(weights, ranges[0].side.most, options),
    load: (context) => loadStableDiffusion(context, weights, stackLoading(options)),
  }).serve(textToImagePipeline(options, ranges));
  if (weights.graphs.vae_encoder === undefined) return painter;
  const { negativePrefix, maxPixels, inpaint } = options;
  const settings = { ranges, negativePrefix, maxPixels, ...inpaint, deterministic: !drawsItself(weights, 'vae_encoder') };
  return painter.serve(imageToImagePipeline(settings)).serve(inpaintPipeline(settings)).serve(uncropPipeline(settings));
}
