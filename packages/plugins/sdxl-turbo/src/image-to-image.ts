import type { Pipeline } from '@vision-sdk/core';
import { ImageToImage } from '@vision-sdk/core/synapses';
import {
  acceptsDiffusion,
  imageToImage,
  modelValues,
  type RepaintSettings,
  repaintStrength,
  type StableDiffusion,
  sampleDiffusion,
  splitPrompts,
  toImageResponse,
} from '@vision-sdk/diffusion';
import { decodeBase64Image } from '@vision-sdk/image';

/**
 * Vision's ImageToImage: the result has the size of the picture, down to whole latents, whatever height and width the request names, as in Vision.
 * Memory is counted for the largest side: pictures of more pixels than a square of it are refused, as are those above `maxPixels`.
 */
export function imageToImagePipeline({
  ranges,
  negativePrefix = '',
  maxPixels,
  deterministic = true,
}: RepaintSettings): Pipeline<typeof ImageToImage, StableDiffusion> {
  const caps = { maxPixels: Math.min(maxPixels, ranges[0].side.most ** 2) };
  return {
    synapse: ImageToImage,
    accepts: acceptsDiffusion(ImageToImage, ranges),
    sides: ranges[0].side,
    capabilities: { deterministic, cancellable: true, progress: true },
    sample: (context) => sampleDiffusion(ImageToImage, { engines: ranges }, context),
    async run(sd, request, context) {
      context.signal.throwIfAborted();
      const image = await decodeBase64Image(request.init_image, { caps });
      const asked = { ...splitPrompts(request.text_prompts, { negativePrefix }), ...modelValues(request, ranges[0]), seed: request.seed };
      const strength = repaintStrength(request.image_strength, asked.steps);
      return toImageResponse(await imageToImage(sd, { ...asked, image, strength }, context));
    },
  };
}
