import type { OutputOf } from '@vision-sdk/core';
import type { imageResponse } from '@vision-sdk/core/synapses';
import { encodePngBase64, type Raster } from '@vision-sdk/image';

/** What every image operation of Vision answers. */
export type ImageResponse = OutputOf<typeof imageResponse>;

/** Pictures in Vision's form of an answer, as PNG. Hashes and embeddings are a filter's business. */
export async function toImageResponse(pictures: readonly Raster[]): Promise<ImageResponse> {
  const images: string[] = [];
  // One after the other: encoding takes a thread and memory each.
  for (const picture of pictures) images.push(await encodePngBase64(picture));
  return { error_message: null, image_b64s: images, clip_embeddings: null, image_hashes: null };
}
