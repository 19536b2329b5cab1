import { diffusionErrors, type Plane, type Size, toVaePixels } from '@vision-sdk/diffusion';
import { type Raster, resize } from '@vision-sdk/image';
import type { KandinskyParts } from './parts.ts';
import { latentSize, paintedSize } from './sizes.ts';

/**
 * Latents of a picture that is stretched to what is asked for, as diffusers does, 1 x channels x height x width. Throws
 * `VISION_DIFFUSION_MISSING_COMPONENT`.
 */
export async function encodePicture(
  { movqEncoder, movqDecoder }: KandinskyParts,
  { image, ...asked }: Size & { readonly image: Raster },
  signal: AbortSignal | undefined,
): Promise<Plane> {
  if (movqEncoder === undefined)
    throw diffusionErrors('MISSING_COMPONENT', { component: 'movq_encoder', where: 'this model', file: 'movq_encoder/model.onnx' });
  const latents = latentSize(asked, movqDecoder.scale);
  const { width, height } = paintedSize(latents, movqDecoder.scale);
  const fitted = resize(image, { width, height, filter: 'bicubic', reducingGap: 1 });
  // A quantised encoder draws nothing; of one that gives a distribution the mean is taken.
  const nothing = () => new Float32Array(movqDecoder.latentChannels * latents.width * latents.height);
  return movqEncoder.encode({ data: toVaePixels(fitted, 'divided'), dims: [1, 3, height, width] }, nothing, signal);
}
