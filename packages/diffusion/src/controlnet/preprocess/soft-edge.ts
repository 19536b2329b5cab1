import { type Raster, toGreyscale } from '@vision-sdk/image';
import { checkPicture } from './check-picture.ts';
import { type FloatPicture, gaussianBlur, toFloats } from './gaussian.ts';

/** Deviations of the Gaussians, finest first. */
const SCALES = [1, 2, 4] as const;
/** The part of the pixels that becomes white. */
const WHITE_PART = 0.01;
/** Where no edge is stronger than this, a picture counts as flat: a step of two levels between neighbours. */
const LEAST_WHITE = 2;

/**
 * Soft edges, grey on black: how fast the brightness changes at three scales, the strongest hundredth white. No network sees the picture, so it finds
 * edges of light where HED and PiDiNet find outlines of things; give maps of those ready made. Throws `VISION_DIFFUSION_BAD_IMAGE`.
 */
export function softEdge(picture: Raster): Raster & { readonly channels: 1 } {
  checkPicture(picture);
  const grey = toFloats(toGreyscale(picture));
  const { width, height } = grey;
  const edges = new Float32Array(width * height);
  for (const deviation of SCALES) addSteepness(edges, gaussianBlur(grey, deviation), deviation / SCALES.length);
  const white = Math.max(brightest(edges), LEAST_WHITE);
  const data = new Uint8Array(edges.length);
  for (let i = 0; i < data.length; i++) data[i] = Math.min(Math.round((edges[i]! / white) * 255), 255);
  return { width, height, channels: 1, data };
}

/** Adds the length of the gradient by central differences, edge pixels repeated. */
function addSteepness(edges: Float32Array, { width, height, values }: FloatPicture, weight: number): void {
  for (let y = 0, at = 0; y < height; y++) {
    const [above, below] = [Math.max(y - 1, 0) * width, Math.min(y + 1, height - 1) * width];
    for (let x = 0; x < width; x++, at++) {
      const dx = values[y * width + Math.min(x + 1, width - 1)]! - values[y * width + Math.max(x - 1, 0)]!;
      const dy = values[below + x]! - values[above + x]!;
      edges[at]! += weight * Math.sqrt(dx * dx + dy * dy);
    }
  }
}

/** The value that a hundredth of the pixels reach. */
function brightest(edges: Float32Array): number {
  return edges.slice().sort()[Math.floor((edges.length - 1) * (1 - WHITE_PART))]!;
}
