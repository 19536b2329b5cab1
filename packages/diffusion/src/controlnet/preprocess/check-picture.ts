import type { Raster } from '@vision-sdk/image';
import { fail } from '../../errors.ts';

/** Refuses what has no pixels, or not those that its size says. Throws `VISION_DIFFUSION_BAD_IMAGE`. */
export function checkPicture({ width, height, channels, data }: Raster): void {
  if (
    !(Number.isSafeInteger(width) && Number.isSafeInteger(height)) ||
    width < 1 ||
    height < 1 ||
    data.length !== width * height * channels
  )
    throw fail('BAD_IMAGE', { problem: `${data.length} bytes for ${width} x ${height} pixels of ${channels} channels` });
}
