import type { AnySynapse, RequestOf, Schema } from '@vision-sdk/core';
import type { ImageHeader } from '@vision-sdk/image';
import type { z } from 'zod';
import { pictureProblem } from './picture-problem.ts';
import type { DiffusionRanges, Range, SideRange } from './ranges.ts';

/** An operation whose request is a zod object, as Vision's are. */
export type ObjectSynapse = AnySynapse & { readonly request: z.ZodObject };

/** Fields that have a range, in the order in which Vision looks at them. */
const RANGED = ['steps', 'height', 'width', 'cfg_scale'] as const;
type Ranged = (typeof RANGED)[number];

/** Fields with a picture in base64. */
const PICTURES = ['init_image', 'mask_image'] as const;

/** What is asked of requests besides. */
export interface AcceptOptions<S extends ObjectSynapse> {
  /** False for requests that need no words; true by default. */
  readonly prompts?: boolean;
  /** What is wrong with the size of `init_image`, seen from its header. */
  readonly pictureSize?: (size: Pick<ImageHeader, 'width' | 'height'>, request: RequestOf<S>) => string | undefined;
}

/** A request as far as it matters here; an operation without one of the fields has no such value. */
type Asked = Readonly<Partial<Record<Ranged | (typeof PICTURES)[number], unknown>>> & {
  readonly engine?: unknown;
  readonly text_prompts?: unknown;
};

/**
 * An operation's requests narrowed to what the models behind some engines do, with Vision 2.0's words. What a request has where the user said nothing
 * is taken although Vision's own validators refused it: 4 steps, a guidance of 7, sides of 1024. Pictures must be pictures, by
 * their headers.
 */
export function acceptsDiffusion<S extends ObjectSynapse>(
  synapse: S,
  ranges: readonly DiffusionRanges[],
  { prompts = true, pictureSize }: AcceptOptions<S> = {},
): Schema<unknown, RequestOf<S>> {
  const unsaid = unsaidValues(synapse.request);
  const narrowed = synapse.request.superRefine(async (request: Asked, context: z.RefinementCtx) => {
    const complain = (message: string, path: PropertyKey[] = []) => context.addIssue({ code: 'custom', message, path });
    if (prompts && Array.isArray(request.text_prompts) && request.text_prompts.length === 0)
      complain('Text prompts cannot be empty', ['text_prompts']);
    const own = rangesOf(request, ranges);
    if (own === undefined) complain(`Engine ${request.engine} not supported`, ['engine']);
    else for (const problem of problemsOf(request, own, unsaid)) complain(problem);
    const problems = await pictureProblems(request, (size) => pictureSize?.(size, request as RequestOf<S>));
    for (const { field, problem } of problems) complain(problem, [field]);
  });
  return narrowed as unknown as Schema<unknown, RequestOf<S>>;
}

/** A request that names no engine means the first. */
function rangesOf({ engine }: Asked, ranges: readonly DiffusionRanges[]): DiffusionRanges | undefined {
  return engine === undefined || engine === null ? ranges[0] : ranges.find((one) => one.engine === engine);
}

function problemsOf(request: Asked, ranges: DiffusionRanges, unsaid: Asked): readonly string[] {
  return RANGED.flatMap((field) => {
    const value = request[field];
    if (typeof value !== 'number' || value === unsaid[field]) return [];
    const { allowed, text } = ruleOf(field, ranges);
    return allowed(value) ? [] : [`Invalid value ${value} provided for ${field}, with engine ${ranges.engine}. The value ${text}`];
  });
}

async function pictureProblems(
  request: Asked,
  sizeProblem: (size: ImageHeader) => string | undefined,
): Promise<readonly { readonly field: string; readonly problem: string }[]> {
  const problems = PICTURES.map(async (field) => {
    const given = request[field];
    const check = field === 'init_image' ? sizeProblem : undefined;
    return { field, problem: typeof given === 'string' && given !== '' ? await pictureProblem(given, check) : undefined };
  });
  return (await Promise.all(problems)).flatMap(({ field, problem }) => (problem === undefined ? [] : [{ field, problem }]));
}

interface Rule {
  readonly allowed: (value: number) => boolean;
  /** Goes on from "The value". */
  readonly text: string;
}

function ruleOf(field: Ranged, { steps, guidance, side }: DiffusionRanges): Rule {
  if (field === 'steps') return stepsRule(steps);
  return field === 'cfg_scale' ? guidanceRule(guidance) : sideRule(side);
}

function stepsRule(range: Range): Rule {
  return {
    allowed: (value) => Number.isInteger(value) && isWithin(value, range),
    text: `should be an integer between ${range.least} and ${range.most} (inclusive)`,
  };
}

function guidanceRule(range: Range): Rule {
  return { allowed: (value) => isWithin(value, range), text: `should be between ${range.least} and ${range.most}` };
}

function sideRule(range: SideRange): Rule {
  return {
    allowed: (value) => isWithin(value, range) && value % range.multipleOf === 0,
    text: `should be in between ${range.least} and ${range.most} (inclusive) and multiple of ${range.multipleOf}`,
  };
}

function isWithin(value: number, { least, most }: Range): boolean {
  return value >= least && value <= most;
}

/** What a request has in the ranged fields where its sender left them out. */
function unsaidValues({ shape }: z.ZodObject): Asked {
  const values = RANGED.map((field) => [field, (shape[field] as z.ZodType | undefined)?.safeParse(undefined).data]);
  return Object.fromEntries(values);
}
