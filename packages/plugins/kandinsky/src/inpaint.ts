import { kandinskyMask, type Mask, type Plane, randnTensor, type SchedulerRun, scale, toMask } from '@vision-sdk/diffusion';
import type { Raster } from '@vision-sdk/image';
import { decodeLatents, denoiseImage, noiseOf } from './decode.ts';
import { encodePicture } from './image-to-image.ts';
import type { KandinskyContext, KandinskyParts } from './parts.ts';
import { repeatEntries } from './planes.ts';
import { guidedEmbeddings } from './prior.ts';
import { progressOf } from './progress.ts';
import { latentSize, pictureSize } from './sizes.ts';
import { embedWords, latentDims, type PaintOptions, priorSteps } from './text-to-image.ts';

/** A picture with a hole to fill. */
export interface InpaintOptions extends PaintOptions {
  readonly image: Raster;
  /** White is repainted. Of any size: it is stretched over the picture. */
  readonly mask: Raster;
}

/**
 * Fills the white part of the mask, as diffusers' `KandinskyV22InpaintPipeline`: what is kept is put back with the noise of each step. A UNet of
 * nine channels also sees the kept latents and the mask.
 */
export async function inpaint(parts: KandinskyParts, options: InpaintOptions, context: KandinskyContext): Promise<readonly Raster[]> {
  const progress = progressOf(priorSteps(options) + options.steps, context);
  const embeddings = await embedWords(parts, options, progress);
  const kept = await encodePicture(parts, options.image, { ...options, signal: progress.signal });
  const mask = latentMask(parts, options);
  const dims = latentDims(parts, options);
  const run = parts.scheduler.run(options.steps, { batch: options.count });
  const noise = scale(randnTensor(dims, options.generator), run.initNoiseSigma);
  const unet = parts.inpaintUnet ?? parts.unet;
  const latents = await denoiseImage({
    unet,
    run,
    latents: { data: noise.slice(), dims },
    embeddings: guidedEmbeddings(embeddings, options.guidance),
    guidance: options.guidance,
    noise: noiseOf(dims, options.generator),
    hint: unet.inChannels === kept.dims[1] ? undefined : hintOf(kept, mask),
    learnsVariance: parts.learnsVariance,
    progress,
    onLatents: putBack(run, { kept: repeatEntries(kept, options.count).data, noise, mask }),
  });
  return decodeLatents(parts, latents, progress.signal);
}

/** 1 where latents are kept. */
function latentMask({ movqDecoder }: KandinskyParts, options: InpaintOptions): Mask {
  const latents = latentSize(options, movqDecoder.scale);
  return kandinskyMask(toMask(options.mask, pictureSize(latents, movqDecoder.scale)), latents);
}

/** Kept latents, nothing in the hole, and the mask as one more channel. */
function hintOf(kept: Plane, { values }: Mask): Plane {
  const data = new Float32Array(kept.data.length + values.length);
  data.set(kept.data.map((value, i) => value * values[i % values.length]!));
  data.set(values, kept.data.length);
  const [, channels = 0, ...sides] = kept.dims;
  return { data, dims: [1, channels + 1, ...sides] };
}

interface Kept {
  readonly kept: Float32Array;
  readonly noise: Float32Array;
  readonly mask: Mask;
}

/** Puts what is kept back into latents, as noisy as the next step expects them. */
function putBack(run: SchedulerRun, { kept, noise, mask: { values } }: Kept): (latents: Float32Array, index: number) => void {
  const noisy = new Float32Array(kept.length);
  return (latents, index) => {
    const source = index + 1 < run.timesteps.length ? run.addNoise(kept, noise, index + 1, noisy) : kept;
    for (let i = 0; i < latents.length; i++) if (values[i % values.length] === 1) latents[i] = source[i]!;
  };
}
