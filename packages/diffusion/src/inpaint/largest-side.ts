import type { PictureSides } from '@vision-sdk/core';
import type { Size } from '../images/masks.ts';

/**
 * Sides for a picture that may have any as long as a whole fits: the longest is as long as it may be in these proportions. Where not even a pixel
 * fits, it is the picture's own: what refuses it can say why. What fits at a size must fit at every smaller one.
 */
export function largestSides(picture: Size, fits: (size: Size) => boolean): PictureSides {
  const longest = Math.max(picture.width, picture.height);
  const sizeAt = (side: number) => ({ width: shareOf(picture.width, side, longest), height: shareOf(picture.height, side, longest) });
  let [most, tooMuch] = [0, longest + 1];
  while (tooMuch - most > 1) {
    const middle = Math.floor((most + tooMuch) / 2);
    if (fits(sizeAt(middle))) most = middle;
    else tooMuch = middle;
  }
  return { least: 1, most: most === 0 ? longest : most, multipleOf: 1 };
}

function shareOf(length: number, side: number, longest: number): number {
  return Math.max(1, Math.round(length * (side / longest)));
}
