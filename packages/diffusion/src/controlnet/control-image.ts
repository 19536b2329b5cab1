import { type Raster, resize, toPlanes } from '@vision-sdk/image';
import type { Plane } from '../components/plane.ts';
import { toRgb } from '../images/clip-pixels.ts';
import type { Size } from '../images/masks.ts';

const CHANNELS = 3;
const AS_IT_IS = { mean: [0, 0, 0], std: [1, 1, 1] } as const;

/**
 * A control picture as ControlNets take it, N x 3 x height x width from 0 to 1: grey three times over, alpha dropped, resized by Lanczos where it is of
 * another size, repeated `copies` times. What diffusers' control image processor does.
 */
export function controlImage(picture: Raster, { width, height }: Size, copies = 1): Plane {
  const rgb = toRgb(picture);
  const fits = rgb.width === width && rgb.height === height;
  const pixels = toPlanes(fits ? rgb : resize(rgb, { width, height, filter: 'lanczos' }), AS_IT_IS);
  const data = copies === 1 ? pixels : new Float32Array(copies * pixels.length);
  for (let copy = 0; copies > 1 && copy < copies; copy++) data.set(pixels, copy * pixels.length);
  return { data, dims: [copies, CHANNELS, height, width] };
}
