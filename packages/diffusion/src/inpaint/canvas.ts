import type { Size } from '../images/masks.ts';

const CELL = 8;

/** Pixels beyond the sides of a picture. */
export interface Padding {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** How far a picture is extended. */
export interface CanvasOptions {
  readonly padding: Padding;
  /** Width by height of the result; two opposite sides are extended evenly beyond their padding to reach it. */
  readonly aspectRatio?: number | undefined;
  /** What sides of the canvas are multiples of: 8 by default. */
  readonly multiple?: number | undefined;
  /** Pixels of a latent's side, which the picture's place is a multiple of: 8 by default. */
  readonly cell?: number | undefined;
}

/**
 * A picture's place on a larger canvas. The canvas is a little larger than what was asked for: its sides are multiples of what a network takes, and the picture
 * begins with a latent, so that new and old pixels share none on the left and above. `result` is the part of it that was asked for.
 */
export interface Canvas extends Size {
  readonly picture: Size & Place;
  readonly result: Size & Place;
}

/** Where something begins on a canvas. */
export interface Place {
  readonly left: number;
  readonly top: number;
}

/** Plans the canvas of a picture. */
export function planCanvas(picture: Size, { padding, aspectRatio, multiple = CELL, cell = CELL }: CanvasOptions): Canvas {
  const { left, right, top, bottom } = aspectRatio === undefined ? padding : toRatio(picture, padding, aspectRatio);
  const [x, y] = [roundUp(left, cell), roundUp(top, cell)];
  const result = { width: left + picture.width + right, height: top + picture.height + bottom, left: x - left, top: y - top };
  return {
    width: roundUp(result.left + result.width, multiple),
    height: roundUp(result.top + result.height, multiple),
    picture: { width: picture.width, height: picture.height, left: x, top: y },
    result,
  };
}

function toRatio(picture: Size, padding: Padding, ratio: number): Padding {
  const width = picture.width + padding.left + padding.right;
  const height = picture.height + padding.top + padding.bottom;
  const [wider, higher] = [Math.round(height * ratio) - width, Math.round(width / ratio) - height];
  if (wider > 0) return { ...padding, left: padding.left + Math.floor(wider / 2), right: padding.right + Math.ceil(wider / 2) };
  if (higher > 0) return { ...padding, top: padding.top + Math.floor(higher / 2), bottom: padding.bottom + Math.ceil(higher / 2) };
  return padding;
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}

/** True where the result has no pixel that the picture lacks. */
export function addsNothing({ picture, result }: Canvas): boolean {
  return picture.width === result.width && picture.height === result.height;
}
