import type { Raster } from '@vision-sdk/image';
import type { Plane } from '../components/plane.ts';
import { startOfStrength } from '../denoise.ts';
import { fail } from '../errors.ts';
import { denoiseLatents, type RunHooks } from './denoise-latents.ts';
import { type NoiseDraw, noiseDraw } from './noise.ts';
import { decodeLatents, encodeImage, toWholeLatents } from './pictures.ts';
import { repeatRows } from './planes.ts';
import type { StableDiffusion } from './stable-diffusion.ts';
import { countOf, type PictureOptions, planOf, stepNoise } from './text-to-image.ts';

/** What pictures from a picture are asked for. Their size is that of the picture, down to whole latents. */
export interface ImageToImageOptions extends Omit<PictureOptions, 'width' | 'height'> {
  readonly image: Raster;
  /** How much is made new, above 0 to 1: that part of the steps is taken. */
  readonly strength: number;
}

/** Pictures from a picture and words. Draws, in turn: the picture's latents, noise, steps. Throws `VISION_DIFFUSION_BAD_STEPS` where no step remains. */
export async function imageToImage(sd: StableDiffusion, options: ImageToImageOptions, hooks: RunHooks = {}): Promise<Raster[]> {
  const { guidance, strength } = options;
  const picture = toWholeLatents(options.image, sd.vaeScale);
  const conditioning = await sd.conditioning({ ...options, width: picture.width, height: picture.height }, hooks.signal);
  const draw = noiseDraw(options.seed, sd.noise);
  const run = sd.scheduler.run(planOf(options), { batch: conditioning.batch });
  const start = firstStep(countOf(options), strength);
  const original = await batchOf(sd, picture, { batch: conditioning.batch, draw, signal: hooks.signal, options });
  const noise = draw(original.dims);
  const latents = { data: run.addNoise(original.data, noise, start, original.data), dims: original.dims };
  const denoised = await denoiseLatents(sd, { latents, conditioning, run, start, guidance, noise: stepNoise(draw, latents.dims) }, hooks);
  return decodeLatents(sd, denoised, hooks.signal);
}

/** The first step of a run of this strength. Throws `VISION_DIFFUSION_BAD_STEPS` where none remains. */
export function firstStep(steps: number, strength: number): number {
  const start = startOfStrength(steps, strength);
  if (start < steps) return start;
  throw fail('BAD_STEPS', { problem: `of ${steps} steps, a strength of ${strength} leaves none` });
}

/** One generator draws the picture's latents once for the whole batch; of a list each draws its own. */
async function batchOf(
  sd: StableDiffusion,
  picture: Raster,
  { batch, draw, signal, options }: { batch: number; draw: NoiseDraw; signal: AbortSignal | undefined; options: ImageToImageOptions },
): Promise<Plane> {
  const each = Array.isArray(options.seed) && options.seed.length > 1;
  if (each) return encodeImage(sd, new Array<Raster>(batch).fill(picture), draw, signal);
  return repeatRows(await encodeImage(sd, picture, draw, signal), batch);
}
