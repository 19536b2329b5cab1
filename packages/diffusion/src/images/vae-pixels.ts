import type { Raster } from '@vision-sdk/image';
import { fail } from '../errors.ts';
import { toRgb } from './clip-pixels.ts';

const { fround } = Math;
const CHANNELS = 3;

/** How bytes become numbers of -1 to 1: `2 * (byte / 255) - 1`, or Kandinsky's `byte / 127.5 - 1`, which rounds otherwise. */
export type PixelScale = 'doubled' | 'divided';

const SCALES: Readonly<Record<PixelScale, Float32Array>> = {
  doubled: Float32Array.from({ length: 256 }, (_, byte) => 2 * fround(byte / 255) - 1),
  divided: Float32Array.from({ length: 256 }, (_, byte) => fround(byte / 127.5) - 1),
};

/** A picture as a VAE's encoder takes it: three planes of numbers from -1 to 1. */
export function toVaePixels(raster: Raster, scale: PixelScale = 'doubled'): Float32Array {
  const { width, height, data } = toRgb(raster);
  const plane = width * height;
  const values = SCALES[scale];
  const pixels = new Float32Array(plane * CHANNELS);
  for (let i = 0, from = 0; i < plane; i++, from += CHANNELS) {
    pixels[i] = values[data[from]!]!;
    pixels[plane + i] = values[data[from + 1]!]!;
    pixels[2 * plane + i] = values[data[from + 2]!]!;
  }
  return pixels;
}

/** Where a picture lies in a VAE's output. */
export interface VaePicture {
  readonly width: number;
  readonly height: number;
  /** Which entry of the batch: the first by default. */
  readonly entry?: number;
}

/**
 * A picture from a VAE decoder's output of -1 to 1: halved, moved to 0 to 1, clamped, and rounded half to even as numpy does. NaN becomes black.
 * Throws `VISION_DIFFUSION_BAD_IMAGE`.
 */
export function fromVaePixels(pixels: Float32Array, { width, height, entry = 0 }: VaePicture): Raster & { readonly channels: 3 } {
  const plane = width * height;
  const start = entry * plane * CHANNELS;
  if (!Number.isSafeInteger(plane) || plane < 1 || start < 0 || start + plane * CHANNELS > pixels.length)
    throw fail('BAD_IMAGE', { problem: `picture ${entry} of ${width} x ${height} in ${pixels.length} values` });
  // Clamps, rounds half to even as numpy does, and makes NaN 0.
  const data = new Uint8ClampedArray(plane * CHANNELS);
  const [red, green, blue] = [0, 1, 2].map((channel) => pixels.subarray(start + channel * plane, start + (channel + 1) * plane));
  for (let i = 0, to = 0; i < plane; i++, to += CHANNELS) {
    data[to] = fround(fround(red![i]! * 0.5 + 0.5) * 255);
    data[to + 1] = fround(fround(green![i]! * 0.5 + 0.5) * 255);
    data[to + 2] = fround(fround(blue![i]! * 0.5 + 0.5) * 255);
  }
  return { width, height, channels: CHANNELS, data: new Uint8Array(data.buffer) };
}
