import type { Capabilities, Pipeline } from '@vision-sdk/core';
import { ImageToImage } from '@vision-sdk/core/synapses';
import {
  acceptsDiffusion,
  type DiffusionRanges,
  imageToImage,
  type StableDiffusion,
  sampleDiffusion,
  splitPrompts,
  toImageResponse,
} from '@vision-sdk/diffusion';
import { decodeBase64Image } from '@vision-sdk/image';
import type { SdxlTurboOptions } from './options.ts';

/** Vision's ImageToImage: the result has the size of the picture, down to whole latents, whatever height and width the request names, as in Vision. */
export function imageToImagePipeline(
  options: Pick<SdxlTurboOptions, 'negativePrefix' | 'maxPixels'>,
  ranges: readonly DiffusionRanges[],
  capabilities: Pick<Capabilities, 'deterministic'>,
): Pipeline<typeof ImageToImage, StableDiffusion> {
  return {
    synapse: ImageToImage,
    accepts: acceptsDiffusion(ImageToImage, ranges),
    capabilities: { ...capabilities, cancellable: true, progress: true },
    sample: (context) => sampleDiffusion(ImageToImage, { engines: ranges }, context),
    async run(sd, request, context) {
      context.signal.throwIfAborted();
      const image = await decodeBase64Image(request.init_image, { caps: { maxPixels: options.maxPixels } });
      const { steps, cfg_scale: guidance, seed, image_strength: kept } = request;
      const strength = strengthOf(kept, steps);
      const prompts = splitPrompts(request.text_prompts, options);
      return toImageResponse(await imageToImage(sd, { ...prompts, image, strength, steps, guidance, seed }, context));
    },
  };
}

/** How much is made new where so much is to be kept: at least one step's worth, as diffusers fails with less. */
export function strengthOf(kept: number, steps: number): number {
  const strength = 1 - kept;
  return Math.trunc(steps * strength) > 0 ? strength : Math.min(1, 1.5 / steps);
}
