import { type Raster, resize, toGreyscale } from '@vision-sdk/image';
import { fail } from '../errors.ts';
import { type Mask, type Size, toMask } from '../images/masks.ts';
import { cropRegion } from './crop-region.ts';
import { fitFilled } from './fit.ts';
import { cut, type Region } from './rasters.ts';

/** What is to be made ready. */
export interface PrepareOptions {
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly image: Raster;
  readonly mask: Raster;
  readonly paddingCrop?: number | undefined;
}

/** A picture and its mask as a network works on them. */
export interface Prepared {
  readonly picture: Raster;
  /** 1 where the picture is painted anew; as large as the picture. */
  readonly hidden: Mask;
  /** The part of the original picture that it is; undefined for the whole. */
  readonly region: Region | undefined;
}

/**
 * Brings picture and mask to the size that the network works at, as diffusers' preprocessing does: the whole, or the part around the mask with
 * `paddingCrop`. An empty mask has no such part: the whole is taken. Throws `VISION_DIFFUSION_BAD_IMAGE` for sizes that are no whole latents.
 */
export function prepareInpainting(options: PrepareOptions, vaeScale: number): Prepared {
  const { image, mask, paddingCrop } = options;
  const size = workingSize(options, vaeScale);
  const fitted = paddingCrop === undefined ? undefined : sameSize(mask, image);
  const region = fitted && cropRegion(grey(fitted), size, paddingCrop!);
  if (fitted === undefined || region === undefined)
    return { picture: resize(image, { ...size, filter: 'lanczos' }), hidden: toMask(mask, size), region };
  return { picture: fitFilled(cut(image, region), size), hidden: toMask(fitFilled(cut(fitted, region), size)), region };
}

/** A mask as large as its picture. */
export function sameSize(mask: Raster, { width, height }: Size): Raster {
  return resize(mask, { width, height, filter: 'lanczos' });
}

function grey(mask: Raster): Raster {
  return mask.channels === 1 ? mask : toGreyscale(mask);
}

function workingSize({ image, width, height }: PrepareOptions, vaeScale: number): Size {
  const whole = (side: number) => side - (side % vaeScale);
  const size = { width: width ?? whole(image.width), height: height ?? whole(image.height) };
  const fits = (side: number) => Number.isSafeInteger(side) && side > 0 && side % vaeScale === 0;
  if (fits(size.width) && fits(size.height)) return size;
  throw fail('BAD_IMAGE', { problem: `${size.width} x ${size.height} pixels are no whole latents of ${vaeScale} x ${vaeScale}` });
}
