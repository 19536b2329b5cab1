import { type Raster, resize, toGreyscale } from '@vision-sdk/image';
import { fail } from '../errors.ts';

/** A size in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A plane of numbers, row by row. */
export interface Mask extends Size {
  readonly values: Float32Array;
}

/**
 * A picture as a mask: resized by Lanczos where it is of another size, then grey, 1 from half brightness on and 0 below. A mask in colours is resized in
 * colours first, as diffusers does.
 */
export function toMask(raster: Raster, size: Size = raster): Mask {
  const fits = raster.width === size.width && raster.height === size.height;
  const sized = fits ? raster : resize(raster, { width: size.width, height: size.height, filter: 'lanczos' });
  const { width, height, data } = sized.channels === 1 ? sized : toGreyscale(sized);
  return { width, height, values: Float32Array.from(data, (byte) => (byte >= 128 ? 1 : 0)) };
}

/** A mask of another size by the nearest value, as `torch.nn.functional.interpolate` does: the one at or before the place. */
export function resizeMask({ width, height, values }: Mask, size: Size): Mask {
  const columns = sources(width, size.width);
  const rows = sources(height, size.height);
  const resized = new Float32Array(size.width * size.height);
  for (let y = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++) resized[y * size.width + x] = values[rows[y]! * width + columns[x]!]!;
  }
  return { width: size.width, height: size.height, values: resized };
}

function sources(from: number, to: number): Int32Array {
  const scale = Math.fround(from / to);
  return Int32Array.from({ length: to }, (_, i) => Math.min(Math.floor(Math.fround(i * scale)), from - 1));
}

/** The mask with 0 and 1 exchanged. */
export function invertMask(mask: Mask): Mask {
  return { ...mask, values: mask.values.map((value) => 1 - value) };
}

const KANDINSKY_NEIGHBOURS = [
  [-1, 0],
  [0, -1],
  [-1, -1],
  [1, 0],
  [0, 1],
  [1, 1],
] as const;

/**
 * Kandinsky's mask of latents, 1 where the picture is kept: inverted, at the latents' size, and its zeros grown by a pixel up, down, left, right and
 * along one diagonal, as diffusers' `prepare_mask` does.
 */
export function kandinskyMask(mask: Mask, latents: Size): Mask {
  const { width, height, values } = resizeMask(invertMask(mask), latents);
  const grown = values.slice();
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) if (values[y * width + x] !== 1) clearAround(grown, { width, height }, [y, x]);
  }
  return { width, height, values: grown };
}

function clearAround(values: Float32Array, { width, height }: Size, [y, x]: readonly [number, number]): void {
  for (const [down, right] of KANDINSKY_NEIGHBOURS) {
    const [row, column] = [y + down, x + right];
    if (row >= 0 && row < height && column >= 0 && column < width) values[row * width + column] = 0;
  }
}

/** Planes with everything under the mask's 1 put to 0, which for a VAE is grey. Throws `VISION_DIFFUSION_BAD_IMAGE`. */
export function hideMasked(planes: Float32Array, { values }: Mask): Float32Array {
  if (planes.length % values.length !== 0)
    throw fail('BAD_IMAGE', { problem: `a mask of ${values.length} values for planes of ${planes.length}` });
  return planes.map((value, i) => (values[i % values.length]! < 0.5 ? value : value * 0));
}
