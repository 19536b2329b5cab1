import type { Plane } from '../components/plane.ts';
import { fail } from '../errors.ts';
import { guidanceEmbedding } from './guidance-embedding.ts';
import { concatWidths, repeatRows, stackRows, zerosLike } from './planes.ts';
import type { Conditioning, StableDiffusionParts, TextTower } from './stable-diffusion.ts';

/** Height and width, as SDXL is told sizes. */
export interface Frame {
  readonly width: number;
  readonly height: number;
}

/** What is to be encoded. Sizes in pixels. */
export interface ConditioningOptions extends Frame {
  /** One prompt, or one for each picture. */
  readonly prompt: string | readonly string[];
  /** Left out is not the same as empty: SDXL then encodes nothing at all. */
  readonly negativePrompt?: string | readonly string[] | undefined;
  /** Above 1 the unconditional half is encoded too. */
  readonly guidance: number;
  /** Pictures for each prompt, 1 by default. */
  readonly count?: number | undefined;
  /** SDXL: the size that the picture pretends to come from, and where it was cut out; its own size and its corner by default. */
  readonly originalSize?: Frame | undefined;
  readonly cropTop?: number | undefined;
  readonly cropLeft?: number | undefined;
  readonly targetSize?: Frame | undefined;
}

interface Encoded {
  readonly hiddenStates: Plane;
  readonly pooled: Plane | undefined;
}

/** Encodes prompts as diffusers' pipelines do. Throws `VISION_DIFFUSION_BROKEN_COMPONENT`. */
export async function conditioningOf(
  parts: StableDiffusionParts,
  kind: 'sd' | 'sdxl',
  options: ConditioningOptions & { readonly signal?: AbortSignal | undefined },
): Promise<Conditioning> {
  const prompts = listOf(options.prompt);
  const distilled = parts.unet.guidanceWidth;
  const guided = options.guidance > 1 && distilled === undefined;
  const encode = (texts: readonly string[]) => encodeTexts(parts.text, kind, { texts, signal: options.signal });
  const positive = await encode(prompts);
  const negative = guided ? await encodeNegative(parts, kind, { options, positive, encode }) : undefined;
  const count = options.count ?? 1;
  const batch = prompts.length * count;
  const rows = (pick: (encoded: Encoded) => Plane) => {
    const halves = [...(negative === undefined ? [] : [pick(negative)]), pick(positive)];
    return stackRows(halves.map((half) => repeatRows(half, count)));
  };
  return {
    batch,
    guided,
    hiddenStates: rows(({ hiddenStates }) => hiddenStates),
    ...(kind === 'sdxl' ? { textEmbeds: rows(({ pooled }) => pooled!), timeIds: timeIds(options, guided ? 2 * batch : batch) } : {}),
    ...(distilled === undefined ? {} : { timestepCond: guidanceEmbedding(options.guidance - 1, { width: distilled, batch }) }),
  };
}

function listOf(prompt: string | readonly string[]): readonly string[] {
  return typeof prompt === 'string' ? [prompt] : prompt;
}

async function encodeNegative(
  parts: StableDiffusionParts,
  kind: 'sd' | 'sdxl',
  {
    options,
    positive,
    encode,
  }: {
    readonly options: ConditioningOptions;
    readonly positive: Encoded;
    readonly encode: (texts: readonly string[]) => Promise<Encoded>;
  },
): Promise<Encoded> {
  if (kind === 'sdxl' && options.negativePrompt === undefined && parts.zerosForEmptyPrompt !== false)
    return { hiddenStates: zerosLike(positive.hiddenStates), pooled: positive.pooled && zerosLike(positive.pooled) };
  const rows = positive.hiddenStates.dims[0]!;
  const texts = listOf(options.negativePrompt ?? '');
  if (texts.length !== 1 && texts.length !== rows) throw fail('BAD_PROMPTS', { problem: `${texts.length} negative prompts for ${rows}` });
  const encoded = await encode(texts);
  const each = (plane: Plane) => repeatRows(plane, rows / texts.length);
  return { hiddenStates: each(encoded.hiddenStates), pooled: encoded.pooled && each(encoded.pooled) };
}

async function encodeTexts(
  towers: readonly TextTower[],
  kind: 'sd' | 'sdxl',
  { texts, signal }: { readonly texts: readonly string[]; readonly signal: AbortSignal | undefined },
): Promise<Encoded> {
  const states: Plane[] = [];
  let pooled: Plane | undefined;
  for (const { tokenizer, encoder } of towers) {
    signal?.throwIfAborted();
    const encoded = await encoder.encode(
      texts.map((text) => [...tokenizer.encodePadded(text)]),
      signal,
    );
    // An SDXL encoder without the states before its last layer was exported for something else; what it has is nearest.
    states.push(kind === 'sdxl' ? (encoded.penultimate ?? encoded.last) : encoded.last);
    pooled = encoded.pooled;
  }
  if (kind === 'sdxl' && pooled === undefined) throw fail('BAD_PROMPTS', { problem: 'the last text encoder gives no text_embeds' });
  return { hiddenStates: concatWidths(states), pooled };
}

/** SDXL's added ids: original height and width, crop, target height and width. */
function timeIds(options: ConditioningOptions, rows: number): Plane {
  const { originalSize = options, targetSize = options, cropTop = 0, cropLeft = 0 } = options;
  const ids = [originalSize.height, originalSize.width, cropTop, cropLeft, targetSize.height, targetSize.width];
  return repeatRows({ data: Float32Array.from(ids), dims: [1, ids.length] }, rows);
}
