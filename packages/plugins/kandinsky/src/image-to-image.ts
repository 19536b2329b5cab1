import { clipPixels, type Plane, randnTensor, type Size, startOfStrength, toVaePixels } from '@vision-sdk/diffusion';
import { type Raster, resize } from '@vision-sdk/image';
import { decodeLatents, denoiseImage, noiseOf } from './decode.ts';
import { fail } from './errors.ts';
import type { KandinskyContext, KandinskyParts } from './parts.ts';
import { repeatEntries } from './planes.ts';
import { blendEmbeddings, type Embeddings, embedPrompt, emptyEmbedding, guidedEmbeddings } from './prior.ts';
import { type Progress, progressOf } from './progress.ts';
import { latentSize, pictureSize } from './sizes.ts';
import { embedNegative, embedWords, latentDims, type PaintOptions, paint, priorSteps } from './text-to-image.ts';

/** A picture to start from, and how far to go from it. */
export interface ImageOptions extends PaintOptions {
  readonly image: Raster;
  /** 0 keeps the picture, 1 forgets it. */
  readonly strength: number;
}

/**
 * Pictures of a blend of words and a picture, as Vision made them: `prior.interpolate([prompt, image], [strength, 1 - strength])`, then from noise
 * alone. The picture's content is taken up, not its places.
 */
export async function blendImage(parts: KandinskyParts, options: ImageOptions, context: KandinskyContext): Promise<readonly Raster[]> {
  const progress = progressOf(priorSteps(options) + options.steps, context);
  return paint(parts, options, { embeddings: await embedBlend(parts, options, progress), progress });
}

async function embedBlend(parts: KandinskyParts, options: ImageOptions, progress: Progress): Promise<Embeddings> {
  const words = await embedPrompt(parts, options.prompt, options, progress);
  const picture = repeatEntries(await embedImage(parts, options.image, progress.signal), options.count);
  const positive = blendEmbeddings([
    { embedding: words, weight: options.strength },
    { embedding: picture, weight: 1 - options.strength },
  ]);
  const negative = await embedNegative(parts, options, progress);
  // diffusers' interpolate runs the prior for an empty negative prompt as well, and then takes the empty picture.
  return { positive, negative: options.negativePrompt === '' ? await emptyEmbedding(parts, options.count, progress.signal) : negative };
}

/** The embedding of a picture. */
async function embedImage({ imageEncoder }: KandinskyParts, image: Raster, signal: AbortSignal | undefined): Promise<Plane> {
  const { side } = imageEncoder;
  return imageEncoder.embed({ data: clipPixels(image, side), dims: [1, 3, side, side] }, signal);
}

/** Pictures from a picture's own latents with noise, as diffusers' `KandinskyV22Img2ImgPipeline`: places are kept too. At least one step is taken. */
export async function repaintImage(parts: KandinskyParts, options: ImageOptions, context: KandinskyContext): Promise<readonly Raster[]> {
  const start = Math.min(startOfStrength(options.steps, options.strength), options.steps - 1);
  const progress = progressOf(priorSteps(options) + options.steps - start, context);
  const embeddings = await embedWords(parts, options, progress);
  const kept = repeatEntries(await encodePicture(parts, options.image, { ...options, signal: progress.signal }), options.count);
  const dims = latentDims(parts, options);
  const run = parts.scheduler.run(options.steps, { batch: options.count });
  const latents = await denoiseImage({
    unet: parts.unet,
    run,
    start,
    latents: { data: run.addNoise(kept.data, randnTensor(dims, options.generator), start), dims },
    embeddings: guidedEmbeddings(embeddings, options.guidance),
    guidance: options.guidance,
    noise: noiseOf(dims, options.generator),
    learnsVariance: parts.learnsVariance,
    progress,
  });
  return decodeLatents(parts, latents, progress.signal);
}

/** Latents of a picture, resized to what is asked for as diffusers does. Throws `VISION_KANDINSKY_NO_ENCODER`. */
export async function encodePicture(
  { movqEncoder, movqDecoder }: KandinskyParts,
  image: Raster,
  { signal, ...asked }: Size & { readonly signal: AbortSignal | undefined },
): Promise<Plane> {
  if (movqEncoder === undefined) throw fail('NO_ENCODER', {});
  const { latentChannels } = movqEncoder;
  const { width, height } = pictureSize(latentSize(asked, movqDecoder.scale), movqDecoder.scale);
  const fitted = resize(image, { width, height, filter: 'bicubic', reducingGap: 1 });
  const sample = { data: toVaePixels(fitted, 'divided'), dims: [1, 3, height, width] };
  // A quantised encoder draws nothing; of one that gives a distribution the mean is taken.
  const noise = () => new Float32Array((latentChannels * width * height) / movqDecoder.scale ** 2);
  return movqEncoder.encode(sample, noise, signal);
}
