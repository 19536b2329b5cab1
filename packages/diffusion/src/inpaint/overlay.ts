import { type Raster, resize, toGreyscale } from '@vision-sdk/image';
import { toRgb } from '../images/clip-pixels.ts';
import { fitCropped } from './fit.ts';
import { blank, paste, type Region } from './rasters.ts';

/** What lies under an inpainted part. */
export interface Overlay {
  readonly picture: Raster;
  /** As large as the picture; white lets the inpainted part through, grey mixes. */
  readonly mask: Raster;
  /** Where the inpainted part belongs: the whole picture where it is left out. */
  readonly region?: Region | undefined;
}

/**
 * The picture with what was painted in its region, where the mask is white: black pixels of the mask stay as they were, to the byte. What was painted at
 * another size is brought to that of the region. Mixes as diffusers' `apply_overlay` does in Pillow.
 */
export function overlay(painted: Raster, { picture, mask, region }: Overlay): Raster & { readonly channels: 3 } {
  const { width, height } = picture;
  const { left, top, right, bottom } = region ?? { left: 0, top: 0, right: width, bottom: height };
  const size = { width: right - left, height: bottom - top };
  const fitted = region === undefined ? resize(painted, { ...size, filter: 'lanczos' }) : fitCropped(painted, size);
  const result = paste(blank(width, height, 3), toRgb(fitted), { left, top });
  const kept = toRgb(picture).data;
  const marks = mask.channels === 1 ? mask.data : toGreyscale(mask).data;
  for (let i = 0; i < result.data.length; i++) result.data[i] = mixed(result.data[i]!, kept[i]!, 255 - marks[Math.trunc(i / 3)]!);
  return result;
}

/** A byte of the picture over a painted one: it goes through premultiplied form and back, then Pillow's alpha composition. */
function mixed(painted: number, kept: number, alpha: number): number {
  if (alpha === 0) return painted;
  if (alpha === 255) return kept;
  const plain = Math.min(255, Math.trunc((255 * over255(kept * alpha)) / alpha));
  const share = alpha * 2 ** PRECISION;
  const sum = plain * share + painted * (255 * 2 ** PRECISION - share) + (0x80 << PRECISION);
  return (((sum >> 8) + sum) >> 8) >> PRECISION;
}

const PRECISION = 7;

/** A product of two bytes over 255, rounded as Pillow does. */
function over255(product: number): number {
  const value = product + 128;
  return ((value >> 8) + value) >> 8;
}
