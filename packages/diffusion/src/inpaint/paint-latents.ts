import type { Plane } from '../components/plane.ts';
import { fail } from '../errors.ts';
import { hideMasked, type Mask, resizeMask } from '../images/masks.ts';
import { toVaePixels } from '../images/vae-pixels.ts';
import { scale } from '../latents.ts';
import type { SchedulerRun } from '../schedulers/scheduler.ts';
import { type DenoiseLatentsOptions, denoiseLatents, type RunHooks } from '../stable/denoise-latents.ts';
import { firstStep } from '../stable/image-to-image.ts';
import { generatorsOf, type NoiseDraw, noiseDraw } from '../stable/noise.ts';
import { encodePixels } from '../stable/pictures.ts';
import { repeatRows } from '../stable/planes.ts';
import type { StableDiffusion } from '../stable/stable-diffusion.ts';
import { countOf, type PictureOptions, planOf, stepNoise } from '../stable/text-to-image.ts';
import type { Prepared } from './prepare.ts';

/** What is to be painted, at the size that the network works at. */
export interface PaintOptions extends Omit<PictureOptions, 'width' | 'height'>, Omit<Prepared, 'region'> {
  readonly strength?: number | undefined;
}

/** Latents of the painted pictures. See `inpaint` for the order of the draws. */
export async function paintLatents(sd: StableDiffusion, options: PaintOptions, hooks: RunHooks): Promise<Plane> {
  const { picture, guidance, strength = 1 } = options;
  const told = isTold(sd);
  const start = firstStep(countOf(options), strength);
  const conditioning = await sd.conditioning({ ...options, width: picture.width, height: picture.height }, hooks.signal);
  const { batch } = conditioning;
  const run = sd.scheduler.run(planOf(options), { batch });
  const easel = easelOf(sd, options, { batch, signal: hooks.signal });
  const original = told && strength === 1 ? undefined : await easel.encodePicture();
  const noise = easel.draw(easel.shape);
  const latents = strength === 1 || original === undefined ? scale(noise, run.initNoiseSigma) : run.addNoise(original.data, noise, start);
  const keeping = told ? { extraChannels: await easel.encodeMasked() } : easel.putBack(run, { original: original!, noise });
  const painting = { latents: { data: latents, dims: easel.shape }, conditioning, run, start, guidance };
  return denoiseLatents(sd, { ...painting, ...keeping, noise: stepNoise(easel.draw, easel.shape) }, hooks);
}

/** True for networks that are told the mask, false for those that know nothing of it. */
function isTold({ unet, latentChannels }: StableDiffusion): boolean {
  const told = 2 * latentChannels + 1;
  if (unet.inChannels === told || unet.inChannels === latentChannels) return unet.inChannels === told;
  throw fail('NO_INPAINTING', { channels: unet.inChannels, allowed: [latentChannels, told] });
}

/** A picture with its mask, in the space of latents. */
interface Easel {
  readonly shape: readonly number[];
  readonly draw: NoiseDraw;
  /** Latents of the picture, for the whole batch. */
  encodePicture(): Promise<Plane>;
  /** The mask and the latents of the picture without what it hides: the channels that a network of 9 has behind its latents. */
  encodeMasked(): Promise<Plane>;
  /** Puts what the mask does not hide back after each step. Moves the generator on like {@link encodeMasked}, as diffusers does. */
  putBack(run: SchedulerRun, kept: { readonly original: Plane; readonly noise: Float32Array }): Pick<DenoiseLatentsOptions, 'onLatents'>;
}

function easelOf(
  sd: StableDiffusion,
  { picture, hidden, seed }: PaintOptions,
  { batch, signal }: { readonly batch: number; readonly signal: AbortSignal | undefined },
): Easel {
  const generators = generatorsOf(seed, sd.noise);
  // A picture for the whole batch is encoded once; of several generators the first draws.
  const drawOne = noiseDraw(generators[0]!, sd.noise);
  const [height, width] = [picture.height / sd.vaeScale, picture.width / sd.vaeScale];
  const mask = resizeMask(hidden, { width, height });
  const pixels = toVaePixels(picture);
  const encode = (data: Float32Array) => encodePixels(sd, { data, dims: [1, 3, picture.height, picture.width] }, drawOne, signal);
  return {
    shape: [batch, sd.latentChannels, height, width],
    draw: noiseDraw(generators, sd.noise),
    encodePicture: async () => repeatRows(await encode(pixels), batch),
    encodeMasked: async () => behind(mask, await encode(hideMasked(pixels, hidden))),
    putBack(run, kept) {
      drawOne([1, sd.latentChannels, height, width]);
      return { onLatents: blender(run, { ...kept, mask }) };
    },
  };
}

/** Mask and masked picture as channels of one plane. */
function behind({ values }: Mask, masked: Plane): Plane {
  const [, channels = 0, height = 0, width = 0] = masked.dims;
  const data = new Float32Array(values.length + masked.data.length);
  data.set(values);
  data.set(masked.data, values.length);
  return { data, dims: [1, channels + 1, height, width] };
}

interface Kept {
  readonly original: Plane;
  readonly noise: Float32Array;
  readonly mask: Mask;
}

/** After a step, latents that the mask does not hide are those of the picture, as noisy as the next step expects them. */
function blender(run: SchedulerRun, { original, noise, mask }: Kept): (latents: Float32Array, index: number) => void {
  const noisy = new Float32Array(noise.length);
  const { values } = mask;
  return (latents, index) => {
    const kept = index + 1 < run.timesteps.length ? run.addNoise(original.data, noise, index + 1, noisy) : original.data;
    for (let plane = 0; plane < latents.length; plane += values.length) {
      for (let i = 0; i < values.length; i++) if (values[i] === 0) latents[plane + i] = kept[plane + i]!;
    }
  };
}
