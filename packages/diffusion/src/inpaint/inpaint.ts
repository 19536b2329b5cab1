import type { Raster } from '@vision-sdk/image';
import type { RunHooks } from '../stable/denoise-latents.ts';
import { decodeLatents } from '../stable/pictures.ts';
import type { StableDiffusion } from '../stable/stable-diffusion.ts';
import type { PictureOptions } from '../stable/text-to-image.ts';
import { overlay } from './overlay.ts';
import { paintLatents } from './paint-latents.ts';
import { prepareInpainting, sameSize } from './prepare.ts';

/** What an inpainting is asked for. */
export interface InpaintOptions extends Omit<PictureOptions, 'width' | 'height'> {
  /** Size that the network works at, whole latents; that of the picture, down to whole latents, by default. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly image: Raster;
  /** White is painted anew. A mask of another size is brought to the picture's. */
  readonly mask: Raster;
  /** How much is made new under the mask, above 0 to 1: 1, the default, begins with noise alone. */
  readonly strength?: number | undefined;
  /** Works on the part of the picture around the mask, with this many pixels on each side, and puts it back into the picture. */
  readonly paddingCrop?: number | undefined;
  /** Puts what was painted into the picture through the mask, so that everything else keeps its pixels. With `paddingCrop` it is always so. */
  readonly keepRest?: boolean | undefined;
}

/**
 * Paints the masked part of a picture anew, as diffusers does. A network of 9 channels is told the mask and the masked picture; with one of 4, everything else
 * is put back after each step. The results are as large as the network works, or as the picture where the rest is kept. Draws, in turn: the
 * picture's latents unless 9 channels begin with noise alone, noise, the masked picture's latents, steps. Throws `VISION_DIFFUSION_NO_INPAINTING`,
 * `VISION_DIFFUSION_MISSING_COMPONENT` for models without an encoder, `VISION_DIFFUSION_BAD_STEPS` where the strength leaves no step.
 */
export async function inpaint(sd: StableDiffusion, options: InpaintOptions, hooks: RunHooks = {}): Promise<Raster[]> {
  const { image, mask, paddingCrop, keepRest = false } = options;
  const { region, ...prepared } = prepareInpainting(options, sd.vaeScale);
  const painted = await decodeLatents(sd, await paintLatents(sd, { ...options, ...prepared }, hooks), hooks.signal);
  if (!keepRest && paddingCrop === undefined) return painted;
  const below = { picture: image, mask: sameSize(mask, image), region };
  return painted.map((picture) => overlay(picture, below));
}
