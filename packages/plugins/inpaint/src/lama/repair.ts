import { overlay, prepareInpainting, toRgb, workingSize } from '@vision-sdk/diffusion';
import { type Raster, resize } from '@vision-sdk/image';
import type { LamaNetwork } from './network.ts';

/** Sides of a network that takes any size: multiples of this, and no more pixels than the network has seen. */
const LIMITS = { multiple: 32, maxPixels: 1024 * 1024 };

/** A picture and what is to be painted anew in it. */
export interface RepairOptions {
  readonly image: Raster;
  readonly mask: Raster;
  /** Pixels around the mask that the network sees, where the picture is larger than what it takes. */
  readonly padding: number;
}

/**
 * The picture with the white of its mask painted anew; everything else keeps its pixels. Where the picture does not fit the network, the network works on the
 * part around the mask. An empty mask leaves the picture alone.
 */
export async function repair(
  network: Pick<LamaNetwork, 'size' | 'fill'>,
  { image, mask, padding }: RepairOptions,
  signal: AbortSignal,
): Promise<Raster & { readonly channels: 3 }> {
  const size = network.size ?? workingSize(image, LIMITS);
  const isWhole = network.size === undefined && image.width * image.height <= LIMITS.maxPixels;
  const paddingCrop = isWhole ? undefined : padding;
  const { picture, hidden, region } = prepareInpainting({ image, mask, ...size, paddingCrop }, 1);
  if (!hidden.values.includes(1)) return toRgb(image);
  const painted = await network.fill(toRgb(picture), hidden, signal);
  const marks = resize(mask, { width: image.width, height: image.height, filter: 'lanczos' });
  return overlay(painted, { picture: image, mask: marks, region });
}
