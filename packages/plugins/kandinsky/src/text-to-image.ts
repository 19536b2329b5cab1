import { type Generator, type NoiseDraw, noiseDraw, type Plane, type RunHooks, type Seeds, type Size, scale } from '@vision-sdk/diffusion';
import type { Raster } from '@vision-sdk/image';
import { decode } from './decode.ts';
import type { KandinskyParts } from './parts.ts';
import { type Embeddings, embedPrompt, emptyEmbedding, type PriorSettings } from './prior.ts';
import { type Progress, progressOf } from './progress.ts';
import { latentSize } from './sizes.ts';

/** What every operation is asked. */
export interface PaintOptions extends Size {
  readonly prompt: string;
  /** Undefined is no negative prompt at all; the empty one is a prompt as well. */
  readonly negativePrompt?: string | undefined;
  readonly steps: number;
  readonly guidance: number;
  readonly prior: PriorSettings;
  /** Pictures of the prompt: 1 by default. */
  readonly count?: number | undefined;
  /** Seeds or generators: one for the whole batch, or a list with one for each picture. */
  readonly seed: Seeds | Generator | readonly Generator[];
}

/** A request under way. */
export interface Work {
  readonly draw: NoiseDraw;
  readonly count: number;
  readonly progress: Progress;
}

/** Begins a request whose decoder takes `decoderSteps` steps. */
export function begin({ noise }: KandinskyParts, options: PaintOptions & { readonly decoderSteps: number }, hooks: RunHooks): Work {
  const priorRuns = options.negativePrompt === undefined ? 1 : 2;
  const progress = progressOf(options.prior.steps * priorRuns + options.decoderSteps, hooks);
  return { draw: noiseDraw(options.seed, noise), count: options.count ?? 1, progress };
}

/** Pictures from words, as diffusers' `KandinskyV22Pipeline` after two runs of the prior. Sides are rounded up to what the weights can make. */
export async function textToImage(parts: KandinskyParts, options: PaintOptions, hooks: RunHooks = {}): Promise<Raster[]> {
  const work = begin(parts, { ...options, decoderSteps: options.steps }, hooks);
  return paint(parts, options, { ...work, embeddings: await embedWords(parts, options, work) });
}

/** Pictures of embeddings, from noise alone. */
export async function paint(
  parts: KandinskyParts,
  options: PaintOptions,
  { embeddings, draw, count, progress }: Work & { readonly embeddings: Embeddings },
): Promise<Raster[]> {
  const run = parts.scheduler.run(options.steps, { batch: count });
  const dims = latentDims(parts, options, count);
  const noise = draw(dims);
  const latents = { data: scale(noise, run.initNoiseSigma, noise), dims };
  return decode(parts, { unet: parts.unet, run, latents, embeddings, guidance: options.guidance, draw, progress });
}

/** Shape of the latents of pictures that are asked for. */
export function latentDims({ movqDecoder }: KandinskyParts, size: Size, count: number): readonly number[] {
  const { width, height } = latentSize(size, movqDecoder.scale);
  return [count, movqDecoder.latentChannels, height, width];
}

/** Embeddings of the prompt and of the negative prompt, each by its own run of the prior. */
export async function embedWords(parts: KandinskyParts, options: PaintOptions, work: Work): Promise<Embeddings> {
  const positive = await embedPrompt(parts, options.prompt, { ...work, prior: options.prior });
  return { positive, negative: await embedNegative(parts, options, work) };
}

/** Embeddings of what is not to be painted. */
export async function embedNegative(parts: KandinskyParts, { negativePrompt, prior }: PaintOptions, work: Work): Promise<Plane> {
  if (negativePrompt === undefined) return emptyEmbedding(parts, work);
  return embedPrompt(parts, negativePrompt, { ...work, prior });
}
