import { clipPixels, firstStep, type RunHooks, repeatRows } from '@vision-sdk/diffusion';
import type { Raster } from '@vision-sdk/image';
import { decode } from './decode.ts';
import type { KandinskyParts } from './parts.ts';
import { encodePicture } from './picture-latents.ts';
import { blendEmbeddings, type Embeddings, embedPixels, embedPrompt, emptyEmbedding } from './prior.ts';
import { begin, embedNegative, embedWords, latentDims, type PaintOptions, paint, type Work } from './text-to-image.ts';

/** A picture to start from, and how far to go from it. */
export interface ImageOptions extends PaintOptions {
  readonly image: Raster;
  /** 0 keeps the picture, 1 forgets it. */
  readonly strength: number;
}

/**
 * Pictures of a blend of words and a picture, as Vision made them: `prior.interpolate([prompt, image], [strength, 1 - strength])`, then from noise
 * alone. What the picture shows is taken up, not where.
 */
export async function blendImage(parts: KandinskyParts, options: ImageOptions, hooks: RunHooks = {}): Promise<Raster[]> {
  const work = begin(parts, { ...options, decoderSteps: options.steps }, hooks);
  return paint(parts, options, { ...work, embeddings: await embedBlend(parts, options, work) });
}

async function embedBlend(parts: KandinskyParts, options: ImageOptions, work: Work): Promise<Embeddings> {
  const words = await embedPrompt(parts, options.prompt, { ...work, prior: options.prior });
  const picture = repeatRows(
    await embedPixels(parts, clipPixels(options.image, parts.imageEncoder.side), work.progress.signal),
    work.count,
  );
  const positive = blendEmbeddings([
    { embedding: words, weight: options.strength },
    { embedding: picture, weight: 1 - options.strength },
  ]);
  const negative = await embedNegative(parts, options, work);
  // diffusers runs the prior for an empty negative prompt as well, and takes the empty picture all the same.
  return { positive, negative: options.negativePrompt === '' ? await emptyEmbedding(parts, work) : negative };
}

/**
 * Pictures from a picture's own latents with noise, as diffusers' `KandinskyV22Img2ImgPipeline`: places are kept too. Throws
 * `VISION_DIFFUSION_BAD_STEPS` where no step remains, and `VISION_DIFFUSION_MISSING_COMPONENT` without an encoder.
 */
export async function repaintImage(parts: KandinskyParts, options: ImageOptions, hooks: RunHooks = {}): Promise<Raster[]> {
  const { guidance, steps, strength } = options;
  const start = firstStep(steps, strength);
  const work = begin(parts, { ...options, decoderSteps: steps - start }, hooks);
  const embeddings = await embedWords(parts, options, work);
  const kept = repeatRows(await encodePicture(parts, options, work.progress.signal), work.count);
  const run = parts.scheduler.run(steps, { batch: work.count });
  const dims = latentDims(parts, options, work.count);
  const latents = { data: run.addNoise(kept.data, work.draw(dims), start), dims };
  return decode(parts, { ...work, unet: parts.unet, run, start, latents, embeddings, guidance });
}
