import type { Plane } from '../components/plane.ts';
import { fail } from '../errors.ts';
import { guidanceEmbedding } from './guidance-embedding.ts';
import { repeatRows, stackRows, zerosLike } from './planes.ts';
import type { EncodedPrompts, PromptEncoder } from './prompt-encoder.ts';
import type { Conditioning } from './stable-diffusion.ts';

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

/** The parts of a model that conditioning is made of. */
export interface ConditioningParts {
  readonly kind: 'sd' | 'sdxl';
  readonly prompts: PromptEncoder;
  /** Width of the guidance embedding of a distilled network. */
  readonly guidanceWidth: number | undefined;
  readonly zerosForEmptyPrompt: boolean;
}

/** Encodes prompts as diffusers' pipelines do. Throws `VISION_DIFFUSION_BROKEN_COMPONENT`. */
export async function conditioningOf(
  parts: ConditioningParts,
  options: ConditioningOptions,
  signal: AbortSignal | undefined,
): Promise<Conditioning> {
  const { kind, guidanceWidth } = parts;
  const prompts = listOf(options.prompt);
  const guided = options.guidance > 1 && guidanceWidth === undefined;
  const positive = await parts.prompts.encode(prompts, signal);
  const negative = guided ? await negativeOf(parts, { options, positive, signal }) : undefined;
  const count = options.count ?? 1;
  const batch = prompts.length * count;
  const rows = (pick: (encoded: EncodedPrompts) => Plane) => {
    const halves = [...(negative === undefined ? [] : [pick(negative)]), pick(positive)];
    return stackRows(halves.map((half) => repeatRows(half, count)));
  };
  return {
    batch,
    guided,
    hiddenStates: rows(({ hiddenStates }) => hiddenStates),
    ...(kind === 'sdxl' ? { textEmbeds: rows(({ pooled }) => pooled!), timeIds: timeIds(options, guided ? 2 * batch : batch) } : {}),
    ...(guidanceWidth === undefined ? {} : { timestepCond: guidanceEmbedding(options.guidance - 1, { width: guidanceWidth, batch }) }),
  };
}

function listOf(prompt: string | readonly string[]): readonly string[] {
  return typeof prompt === 'string' ? [prompt] : prompt;
}

async function negativeOf(
  { kind, prompts, zerosForEmptyPrompt }: ConditioningParts,
  { options, positive, signal }: { options: ConditioningOptions; positive: EncodedPrompts; signal: AbortSignal | undefined },
): Promise<EncodedPrompts> {
  if (kind === 'sdxl' && options.negativePrompt === undefined && zerosForEmptyPrompt)
    return { hiddenStates: zerosLike(positive.hiddenStates), pooled: positive.pooled && zerosLike(positive.pooled) };
  const rows = positive.hiddenStates.dims[0]!;
  const texts = listOf(options.negativePrompt ?? '');
  if (texts.length !== 1 && texts.length !== rows) throw fail('BAD_PROMPTS', { problem: `${texts.length} negative prompts for ${rows}` });
  const encoded = await prompts.encode(texts, signal);
  const each = (plane: Plane) => repeatRows(plane, rows / texts.length);
  return { hiddenStates: each(encoded.hiddenStates), pooled: encoded.pooled && each(encoded.pooled) };
}

/** SDXL's added ids: original height and width, crop, target height and width. */
function timeIds(options: ConditioningOptions, rows: number): Plane {
  const { originalSize = options, targetSize = options, cropTop = 0, cropLeft = 0 } = options;
  const ids = [originalSize.height, originalSize.width, cropTop, cropLeft, targetSize.height, targetSize.width];
  return repeatRows({ data: Float32Array.from(ids), dims: [1, ids.length] }, rows);
}
