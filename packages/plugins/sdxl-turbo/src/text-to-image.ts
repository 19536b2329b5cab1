import type { Pipeline } from '@vision-sdk/core';
import { TextToImage } from '@vision-sdk/core/synapses';
import {
  acceptsDiffusion,
  type DiffusionRanges,
  pictureSize,
  type StableDiffusion,
  sampleDiffusion,
  splitPrompts,
  textToImage,
  toImageResponse,
} from '@vision-sdk/diffusion';
import type { SdxlTurboOptions } from './options.ts';

/** Vision's TextToImage. */
export function textToImagePipeline(
  options: Pick<SdxlTurboOptions, 'negativePrefix'>,
  ranges: readonly DiffusionRanges[],
): Pipeline<typeof TextToImage, StableDiffusion> {
  return {
    synapse: TextToImage,
    accepts: acceptsDiffusion(TextToImage, ranges),
    capabilities: { deterministic: true, cancellable: true, progress: true },
    sample: (context) => sampleDiffusion(TextToImage, { engines: ranges }, context),
    async run(sd, request, context) {
      const prompts = splitPrompts(request.text_prompts, options);
      const size = pictureSize(request, { ranges: ranges[0]! });
      const { steps, cfg_scale: guidance, seed } = request;
      return toImageResponse(await textToImage(sd, { ...prompts, ...size, steps, guidance, seed }, context));
    },
  };
}
