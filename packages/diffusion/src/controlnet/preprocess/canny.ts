import type { Raster } from '@vision-sdk/image';
import { checkPicture } from './check-picture.ts';
import { gaussian5 } from './gaussian.ts';
import { type Gradients, sobel } from './gradients.ts';

/** How edges are found. */
export interface CannyOptions {
  /** Edges weaker than this are dropped, in `|dx| + |dy|` of Sobel's derivatives: 100 by default. */
  readonly low?: number;
  /** Edges stronger than this are kept, and the weaker ones that touch them: 200 by default. */
  readonly high?: number;
  /** Smooths by a 5 x 5 Gaussian first. False by default: OpenCV's Canny does not, and ControlNets were trained on its output. */
  readonly blur?: boolean;
}

/** Tangents of 22.5 degrees in 15 bits, as OpenCV has it. */
const TANGENT = 13573;
const SHIFT = 15;
const [MAYBE, NO, EDGE] = [0, 1, 2];

/**
 * Canny's edges, white lines a pixel wide on black: Sobel's derivatives, non-maximum suppression, hysteresis. Equal to `cv2.Canny` on every pixel, for
 * grey pictures and for RGB, where the strongest channel counts. Throws `VISION_DIFFUSION_BAD_IMAGE`.
 */
export function canny(picture: Raster, { low = 100, high = 200, blur = false }: CannyOptions = {}): Raster & { readonly channels: 1 } {
  checkPicture(picture);
  const gradients = sobel(blur ? gaussian5(picture) : picture);
  const { width, height } = gradients;
  const marks = new Uint8Array((width + 2) * (height + 2)).fill(NO);
  const strong = suppress(gradients, marks, { low: Math.floor(Math.min(low, high)), high: Math.floor(Math.max(low, high)) });
  follow(marks, strong, width + 2);
  const data = new Uint8Array(width * height);
  for (let y = 0, to = 0; y < height; y++) {
    for (let from = (y + 1) * (width + 2) + 1, x = 0; x < width; x++, from++, to++) data[to] = marks[from] === EDGE ? 255 : 0;
  }
  return { width, height, channels: 1, data };
}

/** Marks the ridges of the gradient; returns the places of the strong ones. The marks have a border of one pixel. */
function suppress(gradients: Gradients, marks: Uint8Array, { low, high }: { readonly low: number; readonly high: number }): number[] {
  const { width, height, strength } = gradients;
  const strong: number[] = [];
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      if (strength[at]! <= low || !isRidge(gradients, x, y)) continue;
      const place = (y + 1) * (width + 2) + x + 1;
      marks[place] = strength[at]! > high ? EDGE : MAYBE;
      if (marks[place] === EDGE) strong.push(place);
    }
  }
  return strong;
}

/** True where the gradient is strongest among the neighbours in its direction, of four directions. Of equal ones the first counts, but on diagonals none. */
function isRidge(gradients: Gradients, x: number, y: number): boolean {
  const { width, across, down, strength } = gradients;
  const at = y * width + x;
  const own = strength[at]!;
  const dx = Math.abs(across[at]!);
  const dy = Math.abs(down[at]!) << SHIFT;
  const flat = dx * TANGENT;
  if (dy < flat) return own > strengthAt(gradients, x - 1, y) && own >= strengthAt(gradients, x + 1, y);
  if (dy > flat + (dx << (SHIFT + 1))) return own > strengthAt(gradients, x, y - 1) && own >= strengthAt(gradients, x, y + 1);
  const side = (across[at]! ^ down[at]!) < 0 ? -1 : 1;
  return own > strengthAt(gradients, x - side, y - 1) && own > strengthAt(gradients, x + side, y + 1);
}

function strengthAt({ width, height, strength }: Gradients, x: number, y: number): number {
  return x < 0 || y < 0 || x >= width || y >= height ? 0 : strength[y * width + x]!;
}

/** Turns what may be an edge into one, from the strong ones on, over all eight neighbours. */
function follow(marks: Uint8Array, open: number[], stride: number): void {
  const neighbours = [-stride - 1, -stride, -stride + 1, -1, 1, stride - 1, stride, stride + 1];
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    for (const step of neighbours) {
      if (marks[place + step] !== MAYBE) continue;
      marks[place + step] = EDGE;
      open.push(place + step);
    }
  }
}
