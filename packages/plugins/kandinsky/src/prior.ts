import { type ClipTokenizer, denoise, type Generator, type Plane, randnTensor } from '@vision-sdk/diffusion';
import type { PriorText } from './components/prior.ts';
import { fail } from './errors.ts';
import type { KandinskyParts } from './parts.ts';
import { joinBatches, repeatEntries } from './planes.ts';
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
  readonly generator: Generator | readonly Generator[];
}

/** The parts that make embeddings. */
export type PriorParts = Pick<KandinskyParts, 'tokenizer' | 'textEncoder' | 'imageEncoder' | 'prior' | 'priorScheduler'>;

/** Image embeddings that the prior imagines for a prompt, count x width, as diffusers' `KandinskyV22PriorPipeline` without a negative prompt. */
export async function embedPrompt(parts: PriorParts, prompt: string, options: EmbedOptions, progress: Progress): Promise<Plane> {
  const { prior, priorScheduler } = parts;
  const { guidance, steps } = options.prior;
  const text = await priorText(parts, guidance > 1 ? ['', prompt] : [prompt], { count: options.count, signal: progress.signal });
  const dims = [options.count, prior.width];
  const draw = () => randnTensor(dims, options.generator);
  const latents = await denoise({
    run: priorScheduler.run(steps, { batch: options.count }),
    latents: draw(),
    noise: draw,
    guidance,
    batch: options.count,
    ...(progress.signal === undefined ? {} : { signal: progress.signal }),
    predict: ({ sample, timestep }) =>
      prior.predict({ sample: { data: sample, dims: [text.mask.dims[0]!, prior.width] }, timestep, text }, progress.signal),
    onStep: () => progress.step(),
  });
  return { data: prior.finish(latents), dims };
}

/** What the prior is told of the words: every prompt `count` times. Throws `VISION_KANDINSKY_UNFIT_COMPONENT`. */
async function priorText(
  { tokenizer, textEncoder }: PriorParts,
  prompts: readonly string[],
  { count, signal }: { readonly count: number; readonly signal: AbortSignal | undefined },
): Promise<PriorText> {
  const ids = prompts.map((prompt) => tokenizer.encode(prompt));
  const encoded = await textEncoder.encode(
    ids.map((list) => padded(list, tokenizer)),
    signal,
  );
  if (encoded.last === undefined || encoded.pooled === undefined)
    throw fail('UNFIT_COMPONENT', { component: 'text_encoder', problem: 'it lacks text_embeds or last_hidden_state' });
  return {
    pooled: repeatEntries(encoded.pooled, count),
    states: repeatEntries(encoded.last, count),
    mask: repeatEntries(maskOf(ids, tokenizer), count),
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

/** The embedding of an empty picture, which stands for no negative prompt at all. */
export async function emptyEmbedding({ imageEncoder }: PriorParts, count: number, signal?: AbortSignal): Promise<Plane> {
  const { side } = imageEncoder;
  const pixels = { data: new Float32Array(3 * side * side), dims: [1, 3, side, side] };
  return repeatEntries(await imageEncoder.embed(pixels, signal), count);
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

/** Embeddings as the decoder takes them: with guidance the negative ones come first. */
export function guidedEmbeddings({ positive, negative }: Embeddings, guidance: number): Plane {
  return guidance > 1 ? joinBatches(negative, positive) : positive;
}

/** What the decoder is to paint, and what not. */
export interface Embeddings {
  readonly positive: Plane;
  readonly negative: Plane;
}
