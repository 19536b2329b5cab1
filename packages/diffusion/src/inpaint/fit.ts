import { type Raster, resize } from '@vision-sdk/image';
import type { Size } from '../images/masks.ts';
import { blank, paste } from './rasters.ts';

/**
 * A picture at a size of other proportions: as large as fits, in the middle, what is left on both sides filled from its edges. It is diffusers' resize
 * mode `fill`, which leaves the last row or column black where the rest is odd.
 */
export function fitFilled(raster: Raster, size: Size): Raster {
  const [ratio, own] = [size.width / size.height, raster.width / raster.height];
  const { canvas, sized, left, top } = centred(raster, size, {
    width: ratio < own ? size.width : share(raster.width, size.height, raster.height),
    height: ratio >= own ? size.height : share(raster.height, size.width, raster.width),
  });
  if (ratio < own) fillRows(canvas, sized, top);
  if (ratio > own) fillColumns(canvas, sized, left);
  return canvas;
}

/** A picture at a size of other proportions: as small as covers it, cut around the middle. It is diffusers' resize mode `crop`. */
export function fitCropped(raster: Raster, size: Size): Raster {
  const [ratio, own] = [size.width / size.height, raster.width / raster.height];
  return centred(raster, size, {
    width: ratio > own ? size.width : share(raster.width, size.height, raster.height),
    height: ratio <= own ? size.height : share(raster.height, size.width, raster.width),
  }).canvas;
}

function share(length: number, of: number, whole: number): number {
  return Math.max(1, Math.floor((length * of) / whole));
}

function centred(raster: Raster, size: Size, { width, height }: Size) {
  const sized = resize(raster, { width, height, filter: 'lanczos' });
  const left = Math.floor(size.width / 2) - Math.floor(width / 2);
  const top = Math.floor(size.height / 2) - Math.floor(height / 2);
  return { canvas: paste(blank(size.width, size.height, raster.channels), sized, { left, top }), sized, left, top };
}

function fillRows(canvas: Raster, sized: Raster, count: number): void {
  const length = sized.width * sized.channels;
  const row = (index: number) => sized.data.subarray(index * length, (index + 1) * length);
  const first = beyond(row(0), row(Math.min(1, sized.height - 1)));
  const last = beyond(row(sized.height - 1), row(Math.max(0, sized.height - 2)));
  for (let i = 0; i < count; i++) {
    canvas.data.set(first, i * length);
    const below = count + sized.height + i;
    if (below < canvas.height) canvas.data.set(last, below * length);
  }
}

function fillColumns(canvas: Raster, sized: Raster, count: number): void {
  const { width, channels } = sized;
  for (let y = 0; y < sized.height; y++) {
    const pixel = (x: number) => sized.data.subarray((y * width + x) * channels, (y * width + x + 1) * channels);
    const first = beyond(pixel(0), pixel(Math.min(1, width - 1)));
    const last = beyond(pixel(width - 1), pixel(Math.max(0, width - 2)));
    for (let i = 0; i < count; i++) {
      canvas.data.set(first, (y * canvas.width + i) * channels);
      const right = count + width + i;
      if (right < canvas.width) canvas.data.set(last, (y * canvas.width + right) * channels);
    }
  }
}

/** What Pillow's bicubic filter makes of a box of no extent at an edge: nine eighths of the outer line less an eighth of the next. */
function beyond(outer: Uint8Array, inner: Uint8Array): Uint8Array {
  return Uint8Array.from(outer, (value, i) => Math.min(Math.max((9 * value - inner[i]! + 4) >> 3, 0), 255));
}
