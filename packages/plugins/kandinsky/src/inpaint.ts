import {
  kandinskyMask,
  type Mask,
  overlay,
  type Plane,
  type RunHooks,
  repeatRows,
  type SchedulerRun,
  scale,
  toMask,
} from '@vision-sdk/diffusion';
import { type Raster, resize } from '@vision-sdk/image';
import { decode } from './decode.ts';
import type { KandinskyParts } from './parts.ts';
import { encodePicture } from './picture-latents.ts';
import { latentSize, paintedSize } from './sizes.ts';
import { begin, embedWords, latentDims, type PaintOptions } from './text-to-image.ts';

/** A picture with a hole to fill. */
export interface InpaintOptions extends PaintOptions {
  readonly image: Raster;
  /** White is repainted. Of any size: it is stretched over the picture. */
  readonly mask: Raster;
  /** Brings what was painted to the picture's size and puts it in through the mask, so that everything else keeps its pixels. */
  readonly keepRest?: boolean | undefined;
}

/**
 * Fills the white part of the mask, as diffusers' `KandinskyV22InpaintPipeline`: what is kept is put back with the noise of each step. A UNet of
 * more channels than latents also sees the kept latents and the mask. Throws `VISION_DIFFUSION_MISSING_COMPONENT` without an encoder.
 */
export async function inpaint(parts: KandinskyParts, options: InpaintOptions, hooks: RunHooks = {}): Promise<Raster[]> {
  const painted = await paintHole(parts, options, hooks);
  if (options.keepRest !== true) return painted;
  const { image, mask } = options;
  const size = { width: image.width, height: image.height, filter: 'lanczos' } as const;
  const below = { picture: image, mask: resize(mask, size) };
  return painted.map((picture) => overlay(resize(picture, size), below));
}

async function paintHole(parts: KandinskyParts, options: InpaintOptions, hooks: RunHooks): Promise<Raster[]> {
  const work = begin(parts, { ...options, decoderSteps: options.steps }, hooks);
  const embeddings = await embedWords(parts, options, work);
  const kept = await encodePicture(parts, options, work.progress.signal);
  const mask = latentMask(parts, options);
  const dims = latentDims(parts, options, work.count);
  const run = parts.scheduler.run(options.steps, { batch: work.count });
  const drawn = work.draw(dims);
  const noise = scale(drawn, run.initNoiseSigma, drawn);
  const unet = parts.inpaintUnet ?? parts.unet;
  return decode(parts, {
    ...work,
    unet,
    run,
    embeddings,
    latents: { data: noise.slice(), dims },
    guidance: options.guidance,
    hint: unet.inChannels === kept.dims[1] ? undefined : hintOf(kept, mask),
    onLatents: putBack(run, { kept: repeatRows(kept, work.count).data, noise, mask }),
  });
}

/** 1 where latents are kept. */
function latentMask({ movqDecoder }: KandinskyParts, options: InpaintOptions): Mask {
  const latents = latentSize(options, movqDecoder.scale);
  return kandinskyMask(toMask(options.mask, paintedSize(latents, movqDecoder.scale)), latents);
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
