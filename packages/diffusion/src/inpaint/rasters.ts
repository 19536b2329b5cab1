import type { Raster } from '@vision-sdk/image';

/** A part of a picture in whole pixels; `right` and `bottom` are left out of it. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A black picture. */
export function blank<Channels extends Raster['channels']>(
  width: number,
  height: number,
  channels: Channels,
): Raster & { readonly channels: Channels } {
  return { width, height, channels, data: new Uint8Array(width * height * channels) };
}

/** A copy of a part of a picture, which must lie inside of it. */
export function cut<R extends Raster>(raster: R, { left, top, right, bottom }: Region): Raster & { readonly channels: R['channels'] } {
  const { channels } = raster;
  const part = blank(right - left, bottom - top, channels);
  return paste(part, raster, { left: -left, top: -top });
}

/** Puts a picture of as many channels onto another one, in place; what does not fit is left out. */
export function paste<R extends Raster>(onto: R, raster: Raster, { left, top }: Pick<Region, 'left' | 'top'>): R {
  const { channels } = onto;
  const [firstRow, lastRow] = overlap(top, raster.height, onto.height);
  const [firstColumn, lastColumn] = overlap(left, raster.width, onto.width);
  if (lastColumn <= firstColumn) return onto;
  for (let row = firstRow; row < lastRow; row++) {
    const from = (row * raster.width + firstColumn) * channels;
    const to = ((top + row) * onto.width + left + firstColumn) * channels;
    onto.data.set(raster.data.subarray(from, from + (lastColumn - firstColumn) * channels), to);
  }
  return onto;
}

/** Which positions of a line fall onto another one when the line begins at `at`. */
function overlap(at: number, length: number, onto: number): readonly [first: number, end: number] {
  return [Math.max(0, -at), Math.min(length, onto - at)];
}
