import type { Raster } from '@vision-sdk/image';
import type { ScribbleOptions } from './options.ts';

/** A drawing as the ControlNet is to see it. Vision's validators send masks of 0 and 1, of which brightened ones are black and white. */
export function drawingOf(picture: Raster, masks: ScribbleOptions['masks']): Raster {
  if (masks === 'as-sent' || picture.data.some((byte) => byte > 1)) return picture;
  return { ...picture, data: picture.data.map((byte) => byte * 255) };
}
