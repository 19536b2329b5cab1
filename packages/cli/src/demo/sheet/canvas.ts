import type { Raster } from '@vision-sdk/image';

/** Red, green and blue, 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number];

/** A rectangle in pixels. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A picture to draw on. What lies outside of it is left out. */
export class Canvas {
  readonly width: number;
  readonly height: number;
  readonly #data: Uint8Array;

  constructor(width: number, height: number, colour: Colour) {
    this.width = width;
    this.height = height;
    this.#data = new Uint8Array(width * height * 3);
    this.fill({ x: 0, y: 0, width, height }, colour);
  }

  /** Mixes a colour into one pixel: `share` 0 leaves it, 1 replaces it. */
  mix(x: number, y: number, { colour, share }: { readonly colour: Colour; readonly share: number }): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return;
    const at = (y * this.width + x) * 3;
    for (let channel = 0; channel < 3; channel++) {
      const below = this.#data[at + channel]!;
      this.#data[at + channel] = Math.round(below + (colour[channel]! - below) * share);
    }
  }

  /** Fills a rectangle; `share` below 1 lets what is below shine through. */
  fill({ x, y, width, height }: Rectangle, colour: Colour, share = 1): void {
    for (let row = y; row < y + height; row++) {
      for (let column = x; column < x + width; column++) this.mix(column, row, { colour, share });
    }
  }

  /** A line of `thickness` pixels along the inside of a rectangle. */
  outline({ x, y, width, height }: Rectangle, colour: Colour, thickness = 1): void {
    this.fill({ x, y, width, height: thickness }, colour);
    this.fill({ x, y: y + height - thickness, width, height: thickness }, colour);
    this.fill({ x, y, width: thickness, height }, colour);
    this.fill({ x: x + width - thickness, y, width: thickness, height }, colour);
  }

  /** Puts an RGB picture on the canvas, each of its pixels as a square of `scale` pixels. */
  paste({ width, height, channels, data }: Raster, x: number, y: number, scale = 1): void {
    for (let row = 0; row < height * scale; row++) {
      for (let column = 0; column < width * scale; column++) {
        const from = (Math.floor(row / scale) * width + Math.floor(column / scale)) * channels;
        this.mix(x + column, y + row, { colour: [data[from]!, data[from + 1]!, data[from + 2]!], share: 1 });
      }
    }
  }

  /** The canvas as a picture. */
  get raster(): Raster {
    return { width: this.width, height: this.height, channels: 3, data: this.#data };
  }
}
