import { defineModel, type ServedModel } from '@vision-sdk/core';
import {
  diffusersWeights,
  drawsItself,
  estimatedMemory,
  type LoadStableDiffusionOptions,
  loadStableDiffusion,
  STABLE_DIFFUSION_COMPONENTS,
  type StableDiffusion,
  VISION_2_RANDOM,
  VISION_2_SCHEDULERS,
} from '@vision-sdk/diffusion';
import { imageToImagePipeline } from './image-to-image.ts';
import type { SdxlTurboOptions } from './options.ts';
import { rangesOf } from './ranges.ts';
import { textToImagePipeline } from './text-to-image.ts';

/** The model that the options describe. Without an encoder of pictures among its weights it serves TextToImage alone. */
export function sdxlTurboModel(options: SdxlTurboOptions): ServedModel<StableDiffusion> {
  const { model, precision, licence } = options;
  const wanted = { components: STABLE_DIFFUSION_COMPONENTS, licence, ...(precision === undefined ? {} : { precision }) };
  const weights = diffusersWeights(model, wanted);
  const ranges = rangesOf(options, weights);
  const estimate = estimatedMemory(weights, ranges[0]!.side.most);
  const loading = loadingOf(options);
  const served = defineModel<StableDiffusion>({
    id: options.id,
    weights: [weights],
    resources: { memory: options.memory ?? estimate.memory, components: { ...estimate.components, ...options.components } },
    load: (context) => loadStableDiffusion(context, weights, loading),
  }).serve(textToImagePipeline(options, ranges));
  if (weights.graphs.vae_encoder === undefined) return served;
  const deterministic = !drawsItself(weights, 'vae_encoder');
  return served.serve(imageToImagePipeline(options, ranges, { deterministic }));
}

function loadingOf({ scheduler, stack, noise }: SdxlTurboOptions): LoadStableDiffusionOptions {
  const older = (stack ?? (scheduler === 'vision' ? 'vision-2' : 'current')) === 'vision-2';
  const named = { vision: 'DDPMScheduler', model: undefined } as const satisfies Record<string, string | undefined>;
  return {
    scheduler: scheduler === 'vision' || scheduler === 'model' ? named[scheduler] : scheduler,
    noise: { type: noise, ...(older ? { behaviour: VISION_2_RANDOM } : {}) },
    ...(older ? { schedulerBehaviour: VISION_2_SCHEDULERS } : {}),
  };
}
