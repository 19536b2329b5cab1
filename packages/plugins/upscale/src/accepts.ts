import { VisionError } from '@vision-sdk/core';
import { Upscale } from '@vision-sdk/core/synapses';
import { inspectBase64Image } from '@vision-sdk/image';
import type { UpscaleOptions } from './options.ts';

const BUILT_IN_SCALE = 2;

/** The requests whose pictures are not too large for the network, seen from their headers alone. Undefined while nobody knows the factor of the network. */
export function acceptedRequests({ scale, model, maxOutputPixels }: Pick<UpscaleOptions, 'scale' | 'model' | 'maxOutputPixels'>) {
  const factor = scale ?? (model === undefined ? BUILT_IN_SCALE : undefined);
  if (factor === undefined) return undefined;
  const maxPixels = Math.floor(maxOutputPixels / factor ** 2);
  const { image } = Upscale.request.shape;
  const small = image.superRefine(async (base64, context) => {
    const message = await tooLarge(base64, maxPixels);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });
  return Upscale.request.extend({ image: small });
}

/** Why a picture is too large; whatever else may be wrong with it is said when it is decoded. */
async function tooLarge(base64: string, maxPixels: number): Promise<string | undefined> {
  try {
    await inspectBase64Image(base64, { caps: { maxPixels } });
    return undefined;
  } catch (error) {
    return VisionError.is(error, 'VISION_IMAGE_TOO_MANY_PIXELS') ? error.message : undefined;
  }
}
