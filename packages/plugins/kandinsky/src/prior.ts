import { type ClipTokenizer, denoise, type NoiseDraw, type Plane, repeatRows, stepNoise } from '@vision-sdk/diffusion';
import type { PriorText } from './components/prior.ts';
import { fail } from './errors.ts';
import type { KandinskyParts } from './parts.ts';
import type { Progress } from './progress.ts';

/** How the prior runs. Vision ran 25 steps without guidance. */
export interface PriorSettings {
  readonly steps: number;
  /** Above 1 every prompt is weighed against the empty one. */
  readonly guidance: number;
}

/** What embeddings are made with besides the words. */
export interface EmbedOptions {
  readonly prior: PriorSettings;
  /** Embeddings to make of each prompt. */
  readonly count: number;
  readonly draw: NoiseDraw;
  readonly progress: Progress;
}

/** The parts that make embeddings. */
export type PriorParts = Pick<KandinskyParts, 'tokenizer' | 'textEncoder' | 'imageEncoder' | 'prior' | 'priorScheduler'>;

/** Image embeddings that the prior imagines for a prompt, count x width, as diffusers' `KandinskyV22PriorPipeline` without a negative prompt. */
export async function embedPrompt(
  parts: PriorParts,
  prompt: string,
  { prior: { steps, guidance }, ...work }: EmbedOptions,
): Promise<Plane> {
  const { prior, priorScheduler } = parts;
  const { count, draw, progress } = work;
  const { signal } = progress;
  const text = await priorText(parts, guidance > 1 ? ['', prompt] : [prompt], { count, signal });
  const dims = [count, prior.width];
  const rows = [text.mask.dims[0]!, prior.width];
  const latents = await denoise({
    run: priorScheduler.run(steps, { batch: count }),
    latents: draw(dims),
    noise: stepNoise(draw, dims),
    guidance,
    batch: count,
    ...(signal === undefined ? {} : { signal }),
    predict: ({ sample, timestep }) => prior.predict({ sample: { data: sample, dims: rows }, timestep, text }, signal),
    onStep: () => progress.step(),
  });
  return { data: prior.finish(latents), dims };
}

/** What the prior is told of the words: every prompt `count` times. Throws `VISION_KANDINSKY_UNFIT_COMPONENT`. */
async function priorText(
  { tokenizer, textEncoder, prior }: PriorParts,
  prompts: readonly string[],
  { count, signal }: { readonly count: number; readonly signal: AbortSignal | undefined },
): Promise<PriorText> {
  const ids = prompts.map((prompt) => tokenizer.encode(prompt));
  const encoded = await textEncoder.encode(
    ids.map((list) => padded(list, tokenizer)),
    signal,
  );
  if (encoded.pooled === undefined) throw fail('UNFIT_COMPONENT', { component: 'text_encoder', problem: 'it has no output text_embeds' });
  return {
    pooled: repeatRows(ofWidth(prior.width, 'text_encoder', encoded.pooled), count),
    states: repeatRows(encoded.last, count),
    mask: repeatRows(maskOf(ids, tokenizer), count),
  };
}

function padded(ids: readonly number[], { maxLength, padId }: Pick<ClipTokenizer, 'maxLength' | 'padId'>): readonly number[] {
  return [...ids, ...new Array<number>(maxLength - ids.length).fill(padId)];
}

/** 1 for the tokens of each prompt, its end included, and 0 for the padding. */
function maskOf(prompts: readonly (readonly number[])[], { maxLength }: Pick<ClipTokenizer, 'maxLength'>): Plane {
  const data = new Float32Array(prompts.length * maxLength);
  for (const [index, ids] of prompts.entries()) data.fill(1, index * maxLength, index * maxLength + ids.length);
  return { data, dims: [prompts.length, maxLength] };
}

/** The embedding of an empty picture, which stands for no negative prompt at all, count x width. */
export async function emptyEmbedding(parts: PriorParts, { count, progress }: Pick<EmbedOptions, 'count' | 'progress'>): Promise<Plane> {
  const { side } = parts.imageEncoder;
  return repeatRows(await embedPixels(parts, new Float32Array(3 * side * side), progress.signal), count);
}

/** The embedding of a normalised picture, 1 x width. Throws `VISION_KANDINSKY_UNFIT_COMPONENT`. */
export async function embedPixels(
  { imageEncoder, prior }: PriorParts,
  data: Float32Array,
  signal: AbortSignal | undefined,
): Promise<Plane> {
  const { side } = imageEncoder;
  return ofWidth(prior.width, 'image_encoder', await imageEncoder.embed({ data, dims: [1, 3, side, side] }, signal));
}

function ofWidth(width: number, component: string, plane: Plane): Plane {
  if (plane.dims[1] === width) return plane;
  throw fail('UNFIT_COMPONENT', { component, problem: `its embeddings are ${plane.dims[1]} numbers wide, those of the prior ${width}` });
}

/** A sum of embeddings, each times its weight, in single precision. */
export function blendEmbeddings(parts: readonly { readonly embedding: Plane; readonly weight: number }[]): Plane {
  const [first] = parts;
  const data = new Float32Array(first!.embedding.data.length);
  for (const { embedding, weight } of parts) {
    const factor = Math.fround(weight);
    for (let i = 0; i < data.length; i++) data[i] = data[i]! + Math.fround(embedding.data[i]! * factor);
  }
  return { data, dims: first!.embedding.dims };
}

/** What the decoder is to paint, and what not. */
export interface Embeddings {
  readonly positive: Plane;
  readonly negative: Plane;
}
