import type { Raster } from '@vision-sdk/image';
import { toRgb } from '../../images/clip-pixels.ts';
import { checkPicture } from './check-picture.ts';

/** Dark lines on light paper as light lines on black, which ControlNets of drawings take: every channel subtracted from 255. Throws `VISION_DIFFUSION_BAD_IMAGE`. */
export function invertedLines(picture: Raster): Raster & { readonly channels: 3 } {
  checkPicture(picture);
  const { width, height, channels, data } = toRgb(picture);
  return { width, height, channels, data: data.map((byte) => 255 - byte) };
}
