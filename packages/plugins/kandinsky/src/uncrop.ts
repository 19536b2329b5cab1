import { addsNothing, extendCanvas, keepOriginal, type Padding, planCanvas, type RunHooks, workingSize } from '@vision-sdk/diffusion';
import type { Raster } from '@vision-sdk/image';
import { type InpaintOptions, inpaint } from './inpaint.ts';
import type { KandinskyParts } from './parts.ts';

/** A picture that is to become larger. */
export interface UncropOptions extends Omit<InpaintOptions, 'mask' | 'width' | 'height' | 'image'> {
  readonly image: Raster & { readonly channels: 3 };
  readonly padding: Padding;
  /** Width by height of the result. */
  readonly aspectRatio?: number | undefined;
  /** Over how many new pixels what is painted fades into the picture. */
  readonly feather: number;
  /** Larger canvases are painted at a smaller size, and what is new is enlarged. */
  readonly maxPixels?: number | undefined;
}

/** The picture with more around it. Its own pixels stay as they are, to the byte. Where nothing is added nothing is run. */
export async function uncrop(parts: KandinskyParts, options: UncropOptions, hooks: RunHooks = {}): Promise<Raster[]> {
  const { image, padding, aspectRatio, feather, maxPixels } = options;
  const { scale: cell } = parts.movqDecoder;
  const multiple = cell ** 2;
  const canvas = planCanvas(image, { padding, aspectRatio, multiple, cell });
  if (addsNothing(canvas)) return [image];
  const size = workingSize(canvas, { multiple, maxPixels });
  const painted = await inpaint(parts, { ...options, ...size, ...extendCanvas(image, canvas) }, hooks);
  return painted.map((picture) => keepOriginal(picture, image, { canvas, feather }));
}
