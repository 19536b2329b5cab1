import { defineModel, type ServedModel } from '@vision-sdk/core';
import {
  type ComponentWanted,
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
import type { InpaintOptions } from './options.ts';
import { rangesOf } from './ranges.ts';

/** The components of Stable Diffusion; pictures are given, so their encoder must be there. */
const COMPONENTS: readonly ComponentWanted[] = STABLE_DIFFUSION_COMPONENTS.map((component) =>
  component.name === 'vae_encoder' ? { name: component.name } : component,
);

/** What describes a Stable Diffusion. */
export type PaintingOptions = Omit<InpaintOptions, 'model' | 'lama'> & { readonly model: NonNullable<InpaintOptions['model']> };

/** The Stable Diffusion that the options describe, serving Vision's Inpaint, and Uncrop. */
export function inpaintModel(options: PaintingOptions): ServedModel<StableDiffusion> {
  const { model, parts, precision, licence } = options;
  const weights = diffusersWeights(model, { components: COMPONENTS, parts, licence, precision });
  const ranges = rangesOf(options, weights);
  const settings = { ...options, ranges, deterministic: !drawsItself(weights, 'vae_encoder') };
  return defineModel<StableDiffusion>({
    id: options.id,
    weights: weightSources(weights),
    resources: estimatedMemory(weights, ranges[0].side.most, options),
    load: (context) => loadStableDiffusion(context, weights, stackLoading(options)),
  })
    .serve(inpaintPipeline(settings))
    .serve(uncropPipeline(settings));
}
