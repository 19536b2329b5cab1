import type { Raster } from '@vision-sdk/image';
import { toRgb } from '../../images/clip-pixels.ts';
import { checkPicture } from './check-picture.ts';
import { gaussianBlur, toFloats } from './gaussian.ts';

const [FINE, COARSE] = [0.5, 5];
const LEAST = 16;

/**
 * A drawing of a picture without a network: white where a pixel is darker than its surroundings by more than 16 in every channel, by the difference of
 * two Gaussians. It is the XDoG scribble that ControlNets of scribbles are commonly fed with. Throws `VISION_DIFFUSION_BAD_IMAGE`.
 */
export function scribbleLines(picture: Raster): Raster & { readonly channels: 1 } {
  checkPicture(picture);
  const { width, height, ...rgb } = toRgb(picture);
  const floats = toFloats({ width, height, ...rgb });
  const [fine, coarse] = [gaussianBlur(floats, FINE).values, gaussianBlur(floats, COARSE).values];
  const data = new Uint8Array(width * height).fill(255);
  for (let at = 0; at < fine.length; at++) if (Math.fround(coarse[at]! - fine[at]!) <= LEAST) data[Math.floor(at / 3)] = 0;
  return { width, height, channels: 1, data };
}
