import type { Pipeline } from '@vision-sdk/core';
import { TextToImage } from '@vision-sdk/core/synapses';
import {
  acceptsDiffusion,
  modelValues,
  pictureSize,
  type StableDiffusion,
  sampleDiffusion,
  splitPrompts,
  textToImage,
  toImageResponse,
} from '@vision-sdk/diffusion';
import type { SdxlTurboOptions } from './options.ts';
import type { EngineRanges } from './ranges.ts';

/** Vision's TextToImage. */
export function textToImagePipeline(
  options: Pick<SdxlTurboOptions, 'negativePrefix'>,
  ranges: EngineRanges,
): Pipeline<typeof TextToImage, StableDiffusion> {
  return {
    synapse: TextToImage,
    accepts: acceptsDiffusion(TextToImage, ranges),
    capabilities: { deterministic: true, cancellable: true, progress: true },
    sample: (context) => sampleDiffusion(TextToImage, { engines: ranges }, context),
    async run(sd, request, context) {
      const asked = { ...splitPrompts(request.text_prompts, options), ...modelValues(request, ranges[0]), seed: request.seed };
      return toImageResponse(await textToImage(sd, { ...asked, ...pictureSize(request, { ranges: ranges[0] }) }, context));
    },
  };
}
