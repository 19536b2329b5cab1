import type { Size } from '../images/masks.ts';
import { type DiffusionRanges, nearest, type SideRange } from './ranges.ts';

/** What a request says of the size of its picture. */
export interface AskedSize {
  readonly width?: number | null | undefined;
  readonly height?: number | null | undefined;
}

/** What decides beside the request. */
export interface SizeRules {
  readonly ranges: Pick<DiffusionRanges, 'side' | 'defaultSide'>;
  /** The picture that a request begins with, whose size counts where the request says none. */
  readonly picture?: Size | undefined;
}

/**
 * The size of the picture to make. A size that is said counts if both its sides are; else the picture that the request begins with, each side rounded
 * up as Vision does, and made smaller or larger as a whole where the model's range ends; else the model's own size. Sides that are out of range, as
 * 1024 is for a small model where nobody said a size, become the model's own.
 */
export function pictureSize({ width, height }: AskedSize, { ranges, picture }: SizeRules): Size {
  if (typeof width === 'number' && typeof height === 'number') return { width: saidSide(width, ranges), height: saidSide(height, ranges) };
  return picture === undefined ? { width: ranges.defaultSide, height: ranges.defaultSide } : sizeLike(picture, ranges.side);
}

/** A number rounded up to the next multiple. */
export function roundUp(value: number, multipleOf: number): number {
  return multipleOf * Math.ceil(value / multipleOf);
}

function saidSide(said: number, { side, defaultSide }: SizeRules['ranges']): number {
  const rounded = roundUp(said, side.multipleOf);
  return rounded < side.least || rounded > side.most ? defaultSide : rounded;
}

function sizeLike({ width, height }: Size, side: SideRange): Size {
  const [longest, shortest] = [Math.max(width, height), Math.min(width, height)];
  const factor = Math.min(Math.max(1, side.least / shortest), side.most / longest);
  const sideOf = (length: number) => (factor === 1 ? roundUp(length, side.multipleOf) : nearest(length * factor, side));
  return { width: Math.min(sideOf(width), side.most), height: Math.min(sideOf(height), side.most) };
}
