import type { Raster } from '@vision-sdk/image';
import type { Size } from '../images/masks.ts';
import type { Region } from './rasters.ts';

/**
 * The part of a picture around its mask, with `padding` pixels on each side, widened to the proportions of `target` as far as the picture goes.
 * It is the region of diffusers' `padding_mask_crop`. Undefined for a mask without anything in it. `mask` has one channel.
 */
export function cropRegion(mask: Raster, target: Size, padding: number): Region | undefined {
  const marked = markedRegion(mask);
  if (marked === undefined) return undefined;
  const around: Region = {
    left: Math.max(marked.left - padding, 0),
    top: Math.max(marked.top - padding, 0),
    right: Math.min(marked.right + padding, mask.width),
    bottom: Math.min(marked.bottom + padding, mask.height),
  };
  return widened(around, target, mask);
}

/** The smallest region that has every pixel above 0. */
function markedRegion({ width, height, data }: Raster): Region | undefined {
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (data[y * width + x] === 0) continue;
      if (x < left) left = x;
      if (x >= right) right = x + 1;
      if (y < top) top = y;
      bottom = y + 1;
    }
  }
  return right === 0 ? undefined : { left, top, right, bottom };
}

function widened({ left, top, right, bottom }: Region, target: Size, whole: Size): Region {
  const [width, height] = [right - left, bottom - top];
  const ratio = target.width / target.height;
  if (width / height > ratio) {
    const [first, end] = grown(top, bottom, { by: Math.trunc(width / ratio - height), length: whole.height });
    return { left, top: first, right, bottom: end };
  }
  const [first, end] = grown(left, right, { by: Math.trunc(height * ratio - width), length: whole.width });
  return { left: first, top, right: end, bottom };
}

/** A stretch made longer on both sides, moved back into the picture, and cut to it where it is too long. */
function grown(first: number, end: number, { by, length }: { readonly by: number; readonly length: number }): [number, number] {
  let low = first - Math.floor(by / 2);
  let high = end + by - Math.floor(by / 2);
  if (high >= length) [low, high] = [low - (high - length), length];
  if (low < 0) [low, high] = [0, high - low];
  return [low, Math.min(high, length)];
}
