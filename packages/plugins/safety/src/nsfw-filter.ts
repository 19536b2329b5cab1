import type { FilterContext, FilterDefinition } from '@vision-sdk/core';
import { NSFW_ERROR_MESSAGE } from '@vision-sdk/core/synapses';
import { SafetyCheck } from './safety-check.ts';

/**
 * The filter `nsfw`, with Vision's semantics: of a response with an unsafe image the images are withheld and its error message says so, while hashes and embeddings
 * stay. It fails closed: what cannot be checked is withheld too.
 */
export const nsfwFilter: FilterDefinition = {
  id: 'nsfw',
  calls: [SafetyCheck],
  create: () => ({
    apply: async (synapse, _request, response, context) => {
      const images = imagesOf(response);
      if (images.length === 0 || !(await withholds(images, synapse.name, context))) return response;
      return { ...response, image_b64s: [], error_message: NSFW_ERROR_MESSAGE };
    },
    [Symbol.asyncDispose]: async () => {},
  }),
};

function imagesOf(response: object): readonly string[] {
  const images = (response as { readonly image_b64s?: readonly string[] | null }).image_b64s;
  return Array.isArray(images) ? images : [];
}

async function withholds(images: readonly string[], operation: string, { call, signal, log }: FilterContext): Promise<boolean> {
  try {
    const { unsafe, reasons } = await call(SafetyCheck, { image_b64s: [...images] });
    const safe = unsafe.length === images.length && unsafe.every((flag) => flag === false);
    if (!safe) log.info({ operation, reasons }, 'withheld an unsafe image');
    return !safe;
  } catch (error) {
    signal.throwIfAborted();
    log.error({ operation, error: String(error) }, 'withheld an image that could not be checked');
    return true;
  }
}
