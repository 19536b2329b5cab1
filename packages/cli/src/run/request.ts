import { randomInt } from 'node:crypto';
import { type AnySynapse, formatIssues, inputJsonSchema, type RequestOf, type SchemaIssue, validate } from '@vision-sdk/core';
import { fail } from '../errors.ts';

/** What the flags of `vision run` say; pictures are base64. */
export interface RequestFlags {
  readonly prompt?: string;
  readonly negative?: string;
  readonly image?: string;
  readonly mask?: string;
  /** What `image` is to be followed for, where the operation takes control pictures. */
  readonly control?: string;
  readonly seed?: number;
  readonly steps?: number;
  readonly width?: number;
  readonly height?: number;
  /** `key=value`; the value is JSON where it parses as JSON, else text. */
  readonly param?: readonly string[];
}

type Fields = Readonly<Record<string, { readonly type?: string; readonly anyOf?: readonly { readonly type?: string }[] }>>;

/** A flag sets the first of these fields that the operation has. */
const FIELDS = {
  image: ['image', 'init_image', 'image_b64s', 'image_b64', 'controls'],
  mask: ['mask_image', 'mask'],
  prompt: ['text_prompts', 'prompt'],
  negative: ['text_prompts', 'negative_prompt'],
  seed: ['seed'],
  steps: ['steps'],
  width: ['width'],
  height: ['height'],
} as const;

/** Control pictures that no photograph can be made into here. */
const READY_MAPS: readonly string[] = ['depth', 'pose'];
/** A new seed in Vision's range, 1 to 4294967295. */
const newSeed = () => randomInt(1, 2 ** 32);

/** Flags that a request may lack because nobody gave them. */
const NEEDED = ['prompt', 'image', 'mask'] as const;

/** Makes a request of an operation out of flags, checked against its schema; a seed that is not given is drawn. Throws FIELD_UNKNOWN, VALUE_INVALID, FLAG_MISSING and REQUEST_INVALID. */
export async function buildRequest<S extends AnySynapse>(synapse: S, flags: RequestFlags): Promise<RequestOf<S>> {
  const fields = fieldsOf(synapse);
  const request: Record<string, unknown> = {};
  if (flags.control !== undefined && !('controls' in fields)) throw unknownField(synapse, '--control', fields);
  for (const flag of Object.keys(FIELDS) as (keyof typeof FIELDS)[]) {
    const value = flags[flag];
    if (value === undefined) continue;
    const field = fieldFor(synapse, flag, fields);
    request[field] = withFlag(request[field], value, { flag, field, list: isList(fields[field]), control: flags.control });
  }
  Object.assign(request, parameters(synapse, flags.param ?? [], fields));
  if ('seed' in fields) request.seed ??= newSeed();
  const checked = await validate(synapse.request, request);
  if (checked.ok) return checked.value as RequestOf<S>;
  throw (
    missingFlags(synapse, checked.issues, flags) ?? fail('REQUEST_INVALID', { synapse: synapse.name, issues: formatIssues(checked.issues) })
  );
}

/** FLAG_MISSING where something is wrong with a field that a flag would have set, and nobody gave it. */
export function missingFlags(synapse: AnySynapse, issues: readonly SchemaIssue[], flags: RequestFlags): Error | undefined {
  const fields = fieldsOf(synapse);
  const said = (flags.param ?? []).map((text) => splitPair('--param', text)[0]);
  const missing = NEEDED.filter((flag) => {
    const field = FIELDS[flag].find((name) => name in fields);
    if (field === undefined || flags[flag] !== undefined || said.includes(field)) return false;
    return issues.some(({ path }) => path === field || path.startsWith(`${field}.`));
  });
  return missing.length === 0 ? undefined : fail('FLAG_MISSING', { synapse: synapse.name, flags: missing.map((flag) => `--${flag}`) });
}

function fieldsOf(synapse: AnySynapse): Fields {
  return (inputJsonSchema(synapse.request).properties ?? {}) as Fields;
}

function fieldFor(synapse: AnySynapse, flag: keyof typeof FIELDS, fields: Fields): string {
  const field = FIELDS[flag].find((name) => name in fields);
  if (field === undefined) throw unknownField(synapse, `--${flag}`, fields);
  return field;
}

function unknownField(synapse: AnySynapse, flag: string, fields: Fields): Error {
  return fail('FIELD_UNKNOWN', { synapse: synapse.name, flag, fields: Object.keys(fields) });
}

function isList(schema: Fields[string] | undefined): boolean {
  return schema?.type === 'array' || schema?.anyOf?.some(({ type }) => type === 'array') === true;
}

/** Prompts gather in one list, negative ones with a weight below 0, as Vision sends them. */
function withFlag(
  before: unknown,
  value: string | number,
  at: { flag: string; field: string; list: boolean; control: string | undefined },
): unknown {
  if (at.field === 'text_prompts') return [...((before as object[]) ?? []), { text: value, weight: at.flag === 'negative' ? -1 : 1 }];
  if (at.field === 'controls') return [controlOf(value, at.control)];
  return at.list ? [value] : value;
}

/** A photograph is made into a map first; those of `READY_MAPS` are maps. */
function controlOf(image: string | number, type = 'canny'): object {
  return { type, image, preprocess: !READY_MAPS.includes(type) };
}

function parameters(synapse: AnySynapse, given: readonly string[], fields: Fields): Record<string, unknown> {
  return Object.fromEntries(
    given.map((text) => {
      const [key, value] = splitPair('--param', text);
      if (!(key in fields)) throw unknownField(synapse, `field ${key}`, fields);
      return [key, parseValue(value)];
    }),
  );
}

/** Splits `key=value` at its first `=`. Throws VALUE_INVALID. */
export function splitPair(flag: string, text: string): readonly [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw fail('VALUE_INVALID', { flag, value: text, expected: 'key=value' });
  return [text.slice(0, at), text.slice(at + 1)];
}

/** JSON where it parses as JSON, else the text itself. */
export function parseValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
