import type { Raster } from '@vision-sdk/image';
import { fail } from '../errors.ts';
import { scale } from '../latents.ts';
import type { Generator } from '../random/generator.ts';
import type { SchedulerRun, StepPlan } from '../schedulers/scheduler.ts';
import type { ConditioningOptions } from './conditioning.ts';
import { type DenoiseLatentsOptions, denoiseLatents, type RunHooks } from './denoise-latents.ts';
import { type NoiseDraw, noiseDraw, type Seeds } from './noise.ts';
import { decodeLatents } from './pictures.ts';
import type { Conditioning, StableDiffusion } from './stable-diffusion.ts';

/** What every picture of a model is asked for. */
export interface PictureOptions extends ConditioningOptions {
  readonly steps: number;
  /** Timesteps of one's own; `steps` then counts for nothing. */
  readonly timesteps?: readonly number[] | undefined;
  /** Seeds or generators: one for the whole batch, or a list with one for each picture. */
  readonly seed: Seeds | Generator | readonly Generator[];
}

/** What pictures from words are asked for. */
export interface TextToImageOptions extends PictureOptions {
  /** Makes what is called before the network at each step of a run, such as ControlNets. */
  control?(run: SchedulerRun, conditioning: Conditioning): NonNullable<DenoiseLatentsOptions['control']>;
}

/** Pictures from words. Throws `VISION_DIFFUSION_BAD_IMAGE` for sizes that are no whole latents. */
export async function textToImage(sd: StableDiffusion, options: TextToImageOptions, hooks: RunHooks = {}): Promise<Raster[]> {
  const { width, height, guidance } = options;
  const conditioning = await sd.conditioning(options, hooks.signal);
  const shape = [conditioning.batch, sd.latentChannels, latentSide(sd, height), latentSide(sd, width)];
  const draw = noiseDraw(options.seed, sd.noise);
  const run = sd.scheduler.run(planOf(options), { batch: conditioning.batch });
  const noise = draw(shape);
  const latents = { data: scale(noise, run.initNoiseSigma, noise), dims: shape };
  const control = options.control?.(run, conditioning);
  const loop = { latents, conditioning, run, guidance, noise: stepNoise(draw, shape), ...(control === undefined ? {} : { control }) };
  const denoised = await denoiseLatents(sd, loop, hooks);
  return decodeLatents(sd, denoised, hooks.signal);
}

/** The steps of a run. */
export function planOf({ steps, timesteps }: Pick<PictureOptions, 'steps' | 'timesteps'>): StepPlan {
  return timesteps === undefined ? steps : { timesteps };
}

/** How many steps a run is asked for: strength counts in them. A scheduler may call the network once more. */
export function countOf({ steps, timesteps }: Pick<PictureOptions, 'steps' | 'timesteps'>): number {
  return timesteps?.length ?? steps;
}

/** Noise for the steps of a run, always in the same array. */
export function stepNoise(draw: NoiseDraw, shape: readonly number[]): () => Float32Array {
  let out: Float32Array | undefined;
  return () => {
    out = draw(shape, out);
    return out;
  };
}

function latentSide({ vaeScale }: StableDiffusion, pixels: number): number {
  if (Number.isSafeInteger(pixels) && pixels > 0 && pixels % vaeScale === 0) return pixels / vaeScale;
  throw fail('BAD_IMAGE', { problem: `a side of ${pixels} pixels, where ${vaeScale} make one latent` });
}
