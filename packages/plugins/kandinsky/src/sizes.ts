import type { Size } from '@vision-sdk/diffusion';

/** Latents for a picture of a size: sides are rounded up to multiples of the squared scale, as diffusers does for Kandinsky. */
export function latentSize({ width, height }: Size, scale: number): Size {
  const side = (pixels: number) => Math.ceil(pixels / scale ** 2) * scale;
  return { width: side(width), height: side(height) };
}

/** The picture that latents become. */
export function paintedSize({ width, height }: Size, scale: number): Size {
  return { width: width * scale, height: height * scale };
}
