import { type Generator, type Plane, randnTensor, type Size, scale } from '@vision-sdk/diffusion';
import type { Raster } from '@vision-sdk/image';
import { decodeLatents, denoiseImage, noiseOf } from './decode.ts';
import type { KandinskyContext, KandinskyParts } from './parts.ts';
import { type Embeddings, embedPrompt, emptyEmbedding, guidedEmbeddings, type PriorSettings } from './prior.ts';
import { type Progress, progressOf } from './progress.ts';
import { latentSize } from './sizes.ts';

/** What every operation is asked. */
export interface PaintOptions extends Size {
  readonly prompt: string;
  /** Undefined is no negative prompt at all; the empty one is a prompt as well. */
  readonly negativePrompt: string | undefined;
  readonly steps: number;
  readonly guidance: number;
  readonly prior: PriorSettings;
  /** Pictures to paint of the prompt. */
  readonly count: number;
  readonly generator: Generator | readonly Generator[];
}

/** Pictures from words, as diffusers' `KandinskyV22Pipeline` after two runs of the prior. Sides are rounded up to what the weights can make. */
export async function textToImage(parts: KandinskyParts, options: PaintOptions, context: KandinskyContext): Promise<readonly Raster[]> {
  const progress = progressOf(priorSteps(options) + options.steps, context);
  const embeddings = await embedWords(parts, options, progress);
  return paint(parts, options, { embeddings, progress });
}

/** Pictures of embeddings, from noise alone. */
export async function paint(
  parts: KandinskyParts,
  options: PaintOptions,
  { embeddings, progress }: { readonly embeddings: Embeddings; readonly progress: Progress },
): Promise<readonly Raster[]> {
  const run = parts.scheduler.run(options.steps, { batch: options.count });
  const dims = latentDims(parts, options);
  const latents = await denoiseImage({
    unet: parts.unet,
    run,
    latents: { data: scale(randnTensor(dims, options.generator), run.initNoiseSigma), dims },
    embeddings: guidedEmbeddings(embeddings, options.guidance),
    guidance: options.guidance,
    noise: noiseOf(dims, options.generator),
    learnsVariance: parts.learnsVariance,
    progress,
  });
  return decodeLatents(parts, latents, progress.signal);
}

/** Shape of the latents of pictures that are asked for. */
export function latentDims({ unet, movqDecoder }: KandinskyParts, options: PaintOptions): readonly number[] {
  const { width, height } = latentSize(options, movqDecoder.scale);
  return [options.count, unet.inChannels, height, width];
}

/** Embeddings of the prompt and of the negative prompt, each by its own run of the prior. */
export async function embedWords(parts: KandinskyParts, options: PaintOptions, progress: Progress): Promise<Embeddings> {
  const positive = await embedPrompt(parts, options.prompt, options, progress);
  return { positive, negative: await embedNegative(parts, options, progress) };
}

/** Embeddings of what is not to be painted. */
export async function embedNegative(parts: KandinskyParts, options: PaintOptions, progress: Progress): Promise<Plane> {
  if (options.negativePrompt === undefined) return emptyEmbedding(parts, options.count, progress.signal);
  return embedPrompt(parts, options.negativePrompt, options, progress);
}

/** Steps that the prior takes for a request. */
export function priorSteps({ prior, negativePrompt }: PaintOptions): number {
  return prior.steps * (negativePrompt === undefined ? 1 : 2);
}
