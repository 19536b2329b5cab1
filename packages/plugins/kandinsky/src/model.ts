import { defineModel, type ServedModel } from '@vision-sdk/core';
import {
  type DiffusersWeights,
  diffusersWeights,
  drawsItself,
  estimatedMemory,
  forEngines,
  narrowedRanges,
  nativeSize,
  stackLoading,
  visionRanges,
  weightSources,
} from '@vision-sdk/diffusion';
import { COMPONENTS, type Kandinsky, loadKandinsky } from './load.ts';
import type { KandinskyOptions } from './options.ts';
import {
  imageToImagePipeline,
  kandinskyInpaintPipeline,
  kandinskyUncropPipeline,
  type Settings,
  textToImagePipeline,
} from './pipelines.ts';

/** The model that the options describe. Without movq_encoder among its weights it serves TextToImage and ImageToImage alone. */
export function kandinskyModel(options: KandinskyOptions): ServedModel<Kandinsky> {
  const { model, parts, precision, licence } = options;
  const weights = diffusersWeights(model, { components: COMPONENTS, parts, licence, precision });
  const ranges = rangesOf(options, weights);
  const settings = { ...options, ranges, deterministic: !drawsItself(weights, 'movq_encoder') };
  const painter = defineModel<Kandinsky>({
    id: options.id,
    weights: weightSources(weights),
    resources: estimatedMemory(weights, ranges[0].side.most, options),
    load: (context) => loadKandinsky(context, weights, stackLoading(options)),
  })
    .serve(textToImagePipeline(settings))
    .serve(imageToImagePipeline(settings));
  if (weights.graphs.movq_encoder === undefined) return painter;
  return painter.serve(kandinskyInpaintPipeline(settings)).serve(kandinskyUncropPipeline(settings));
}

/**
 * Vision's ranges for each of the engines, scaled to the weights, and what the options say otherwise. Sides are multiples of the squared scale of movq,
 * to which diffusers rounds them up for Kandinsky.
 */
function rangesOf({ engines, ranges }: Pick<KandinskyOptions, 'engines' | 'ranges'>, weights: DiffusersWeights): Settings['ranges'] {
  const native = nativeSize(weights, { decoder: 'movq_decoder' });
  const vision = visionRanges('kandinsky-2.2', native && { ...native, latentScale: native.latentScale ** 2 });
  return forEngines(narrowedRanges(vision, ranges), engines);
}
