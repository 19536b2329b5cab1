// A whole plugin: any Stable Diffusion or SDXL as ONNX, under a name of its own.
import { defineModel, definePlugin } from '@vision-sdk/core';
import { TextToImage } from '@vision-sdk/core/synapses';
import {
  acceptsDiffusion,
  diffusersWeights,
  estimatedMemory,
  loadStableDiffusion,
  modelValues,
  narrowedRanges,
  nativeSize,
  paintingOptions,
  pictureSize,
  STABLE_DIFFUSION_COMPONENTS,
  type StableDiffusion,
  sampleDiffusion,
  splitPrompts,
  stackLoading,
  textToImage,
  toImageResponse,
  visionRanges,
  weightSources,
} from '@vision-sdk/diffusion';
import { z } from 'zod';

const options = z.strictObject(paintingOptions({ id: 'ink-drawings', engines: ['ink-drawings'], negativePrefix: 'photograph, colour' }));

function inkDrawings(given: z.output<typeof options>) {
  const { id, engines, model, parts, precision, licence, memory } = given;
  const weights = diffusersWeights(model, { components: STABLE_DIFFUSION_COMPONENTS, parts, licence, precision });
  const own = narrowedRanges(visionRanges('stable-diffusion-1.5', nativeSize(weights)), given.ranges);
  const ranges = engines.map((engine) => ({ ...own, engine }));
  return defineModel<StableDiffusion>({
    id,
    weights: weightSources(weights),
    resources: memory === undefined ? estimatedMemory(weights, own.side.most) : { memory },
    load: (context) => loadStableDiffusion(context, weights, stackLoading(given)),
  }).serve({
    synapse: TextToImage,
    accepts: acceptsDiffusion(TextToImage, ranges),
    capabilities: { deterministic: true, cancellable: true, progress: true },
    sample: (context) => sampleDiffusion(TextToImage, { engines: ranges }, context),
    run: async (sd, request, context) => {
      const asked = { ...splitPrompts(request.text_prompts, given), ...modelValues(request, own), seed: request.seed };
      return toImageResponse(await textToImage(sd, { ...asked, ...pictureSize(request, { ranges: own }) }, context));
    },
  });
}

export default definePlugin({
  module: import.meta.url,
  name: 'vision-plugin-ink-drawings',
  version: '1.0.0',
  options,
  contribute: (given) => ({ models: [inkDrawings(given)] }),
});
