import type { Size } from '../images/masks.ts';

const CHANNELS = 3;

/** Values of a picture's place. */
export type ValueAt = (x: number, y: number, channel: number) => number;

/** How the edge is read. */
export interface EdgeOptions {
  /** Over how many pixels inwards its values are means: 1 by default. */
  readonly depth?: number;
  /** Over how many neighbours on each side along the edge they are means, at least: 0 by default. */
  readonly blur?: number;
}

/** The four edges of a picture, continued outwards: the farther from the picture, the more neighbours along the edge go into a value. */
export class EdgeLines {
  readonly #size: Size;
  readonly #blur: number;
  readonly #left: Line;
  readonly #right: Line;
  readonly #top: Line;
  readonly #bottom: Line;

  constructor(size: Size, valueAt: ValueAt, { depth = 1, blur = 0 }: EdgeOptions = {}) {
    const { width, height } = size;
    const [deepX, deepY] = [Math.min(depth, width), Math.min(depth, height)];
    this.#size = size;
    this.#blur = blur;
    this.#left = new Line(height, deepX, (along, inward, channel) => valueAt(inward, along, channel));
    this.#right = new Line(height, deepX, (along, inward, channel) => valueAt(width - 1 - inward, along, channel));
    this.#top = new Line(width, deepY, (along, inward, channel) => valueAt(along, inward, channel));
    this.#bottom = new Line(width, deepY, (along, inward, channel) => valueAt(along, height - 1 - inward, channel));
  }

  /** Writes the values of a place outside of the picture, counted from the picture's corner. Beyond a corner the two edges mix by direction. */
  beyond(x: number, y: number, write: (channel: number, value: number) => void): void {
    const { width, height } = this.#size;
    const [across, down] = [outside(x, width), outside(y, height)];
    const beside = x < 0 ? this.#left : this.#right;
    const above = y < 0 ? this.#top : this.#bottom;
    const share = down ** 2 / (across ** 2 + down ** 2);
    for (let channel = 0; channel < CHANNELS; channel++) {
      const [from, to] = [
        share < 1 ? beside.mean(y, this.#reach(across), channel) : 0,
        share > 0 ? above.mean(x, this.#reach(down), channel) : 0,
      ];
      write(channel, (1 - share) * from + share * to);
    }
  }

  #reach(distance: number): number {
    return this.#blur + (distance >> 1);
  }
}

/** How far a place lies outside of a side of a length; 0 inside. */
export function outside(at: number, length: number): number {
  return Math.max(-at, at - length + 1, 0);
}

/** Sums along an edge, from which the mean of any stretch is two look-ups. */
class Line {
  readonly #length: number;
  readonly #sums: Float64Array;

  constructor(length: number, depth: number, valueAt: (along: number, inward: number, channel: number) => number) {
    this.#length = length;
    this.#sums = new Float64Array((length + 1) * CHANNELS);
    for (let i = 0; i < length * CHANNELS; i++) {
      let sum = 0;
      for (let inward = 0; inward < depth; inward++) sum += valueAt(Math.floor(i / CHANNELS), inward, i % CHANNELS);
      this.#sums[i + CHANNELS] = this.#sums[i]! + sum / depth;
    }
  }

  /** The mean of the places around one; places beyond the ends count as the end. */
  mean(at: number, reach: number, channel: number): number {
    const middle = Math.min(Math.max(at, 0), this.#length - 1);
    const [first, end] = [Math.max(middle - reach, 0), Math.min(middle + reach + 1, this.#length)];
    return (this.#sums[end * CHANNELS + channel]! - this.#sums[first * CHANNELS + channel]!) / (end - first);
  }
}
