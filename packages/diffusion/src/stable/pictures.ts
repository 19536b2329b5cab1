import { type Raster, resize } from '@vision-sdk/image';
import type { Plane } from '../components/plane.ts';
import { fail } from '../errors.ts';
import { fromVaePixels, toVaePixels } from '../images/vae-pixels.ts';
import { scale } from '../latents.ts';
import type { NoiseDraw } from './noise.ts';
import { entryOf, stackRows } from './planes.ts';
import type { StableDiffusion } from './stable-diffusion.ts';

type Decoding = Pick<StableDiffusion, 'vaeDecoder' | 'scalingFactor'>;
type Encoding = Pick<StableDiffusion, 'vaeEncoder' | 'scalingFactor' | 'latentChannels' | 'vaeScale'>;

/** Pictures of latents. One after the other, so that a batch needs no more memory than one picture. */
export async function decodeLatents({ vaeDecoder, scalingFactor }: Decoding, latents: Plane, signal?: AbortSignal): Promise<Raster[]> {
  const factor = Math.fround(scalingFactor);
  const pictures: Raster[] = [];
  for (let entry = 0; entry < latents.dims[0]!; entry++) {
    signal?.throwIfAborted();
    const { data, dims } = entryOf(latents, entry);
    const pixels = await vaeDecoder.decode({ data: data.map((value) => value / factor), dims }, signal);
    const [, , height = 0, width = 0] = pixels.dims;
    pictures.push(fromVaePixels(pixels.data, { width, height }));
  }
  return pictures;
}

/**
 * Latents of pictures of one size, which is that of whole latents, times the scaling factor; one row for each.
 * Throws `VISION_DIFFUSION_MISSING_COMPONENT` for models without an encoder.
 */
export async function encodeImage(
  sd: Encoding,
  rasters: Raster | readonly Raster[],
  noise: NoiseDraw,
  signal?: AbortSignal,
): Promise<Plane> {
  const pictures = isList(rasters) ? rasters : [rasters];
  const { width, height } = pictures[0]!;
  return encodePixels(sd, stackRows(pictures.map((picture) => pixelsOf(picture, { width, height }))), noise, signal);
}

/** Latents of pixels of -1 to 1, as {@link encodeImage}: for pictures that have been worked on. */
export async function encodePixels(sd: Encoding, pixels: Plane, noise: NoiseDraw, signal?: AbortSignal): Promise<Plane> {
  if (sd.vaeEncoder === undefined)
    throw fail('MISSING_COMPONENT', { component: 'vae_encoder', where: 'this model', file: 'vae_encoder/model.onnx' });
  const [rows = 1, , height = 0, width = 0] = pixels.dims;
  const shape = [rows, sd.latentChannels, Math.floor(height / sd.vaeScale), Math.floor(width / sd.vaeScale)];
  const { data, dims } = await sd.vaeEncoder.encode(pixels, () => noise(shape), signal);
  return { data: scale(data, sd.scalingFactor, data), dims };
}

function pixelsOf(picture: Raster, { width, height }: { readonly width: number; readonly height: number }): Plane {
  if (picture.width !== width || picture.height !== height)
    throw fail('BAD_IMAGE', { problem: `${picture.width} x ${picture.height} beside one of ${width} x ${height}` });
  return { data: toVaePixels(picture), dims: [1, 3, height, width] };
}

function isList(rasters: Raster | readonly Raster[]): rasters is readonly Raster[] {
  return Array.isArray(rasters);
}

/** A picture whose sides are whole latents: as diffusers, made a little smaller by Lanczos where they are not. Throws `VISION_DIFFUSION_BAD_IMAGE`. */
export function toWholeLatents(picture: Raster, vaeScale: number): Raster {
  const [width, height] = [picture.width, picture.height].map((side) => side - (side % vaeScale)) as [number, number];
  if (width === 0 || height === 0)
    throw fail('BAD_IMAGE', { problem: `${picture.width} x ${picture.height} is smaller than one latent of ${vaeScale} pixels` });
  if (width === picture.width && height === picture.height) return picture;
  return resize(picture, { width, height, filter: 'lanczos' });
}
