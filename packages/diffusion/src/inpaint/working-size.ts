import type { Size } from '../images/masks.ts';

/** What limits the size that a network works at. */
export interface SizeLimits {
  /** What sides are multiples of. */
  readonly multiple: number;
  /** Most pixels; no limit by default. */
  readonly maxPixels?: number | undefined;
}

/** The size that a network works at for a picture: the picture's, made smaller in proportion until it is within the limit, down to multiples, at least one. */
export function workingSize({ width, height }: Size, { multiple, maxPixels = Number.POSITIVE_INFINITY }: SizeLimits): Size {
  const factor = Math.min(1, Math.sqrt(maxPixels / (width * height)));
  const down = (side: number) => Math.max(multiple, Math.floor((side * factor) / multiple) * multiple);
  return { width: down(width), height: down(height) };
}
