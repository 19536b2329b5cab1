import type { Raster } from '@vision-sdk/image';
import { toRgb } from '../images/clip-pixels.ts';
import type { Size } from '../images/masks.ts';
import type { RunHooks } from '../stable/denoise-latents.ts';
import type { StableDiffusion } from '../stable/stable-diffusion.ts';
import { addsNothing, type Padding, planCanvas } from './canvas.ts';
import { extendCanvas, keepOriginal } from './extend.ts';
import { type InpaintOptions, inpaint } from './inpaint.ts';
import { workingSize } from './working-size.ts';

/** What an uncropping is asked for. */
export interface UncropOptions extends Omit<InpaintOptions, 'mask' | 'width' | 'height' | 'paddingCrop' | 'keepRest'> {
  readonly padding: Padding;
  /** Width by height of the result; see `planCanvas`. */
  readonly aspectRatio?: number | undefined;
  /** Over how many new pixels what was painted fades into the picture: 16 by default. */
  readonly feather?: number | undefined;
  /** Larger canvases are painted at a smaller size, and what is new is enlarged. No limit by default. */
  readonly maxPixels?: number | undefined;
  /** What sides of the canvas are multiples of; whole latents by default. */
  readonly multiple?: number | undefined;
}

/**
 * The picture with more around it. What is new is painted as in {@link inpaint}; the picture's own pixels stay as they are, to the byte. Where nothing is
 * added, the picture is the answer, and nothing is run.
 */
export async function uncrop(sd: StableDiffusion, options: UncropOptions, hooks: RunHooks = {}): Promise<Raster[]> {
  const { padding, aspectRatio, feather = 16, multiple = sd.vaeScale } = options;
  const picture = toRgb(options.image);
  const canvas = planCanvas(picture, { padding, aspectRatio, multiple, cell: sd.vaeScale });
  if (addsNothing(canvas)) return [picture];
  const size: Size = workingSize(canvas, { multiple, maxPixels: options.maxPixels });
  const painted = await inpaint(sd, { ...options, ...size, ...extendCanvas(picture, canvas) }, hooks);
  return painted.map((one) => keepOriginal(one, picture, { canvas, feather }));
}
