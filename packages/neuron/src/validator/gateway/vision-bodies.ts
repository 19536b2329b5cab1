import type { AnySynapse } from '@vision-sdk/core';
import { type BodySchema, schemaOf } from './body-schema.ts';

/** Operations of Vision 2.0's own API, and whether it refused fields that it did not know. */
const OPERATIONS: Readonly<Record<string, { readonly closed: boolean }>> = {
  TextToImage: { closed: true },
  ImageToImage: { closed: false },
  Inpaint: { closed: false },
  Scribble: { closed: false },
  Upscale: { closed: false },
  ClipEmbeddings: { closed: false },
};
const WHOLE = /^\s*[+-]?\d{1,15}\s*$/;
const FRACTION = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?\s*$/i;

/** True for operations in which Vision's users may send fields that nobody reads: version 1 of what Vision's API left open. */
export function ignoresUnknown({ name, version }: AnySynapse): boolean {
  return version === 1 && OPERATIONS[name]?.closed === false;
}

/** True for operations that Vision's users call with the bodies that they always sent. */
export function isOfVision({ name, version }: AnySynapse): boolean {
  return version === 1 && Object.hasOwn(OPERATIONS, name);
}

/** The same body with numbers where Vision's API made numbers: of `"9"`, and of 8.7 where a whole number is wanted, which it cut off. */
export function withNumbers(schema: BodySchema, value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = schemaOf(schema, 'items').items ?? {};
    return value.map((item) => withNumbers(items, item));
  }
  if (typeof value !== 'object' || value === null) return toNumber(typesOf(schema), value);
  const { properties = {} } = schemaOf(schema, 'properties');
  const inner = (key: string) => (Object.hasOwn(properties, key) ? (properties[key] ?? {}) : {});
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withNumbers(inner(key), item)]));
}

function typesOf(schema: BodySchema): readonly string[] {
  return [schema, ...(schema.anyOf ?? [])].flatMap(({ type }) => type ?? []);
}

function toNumber(types: readonly string[], value: unknown): unknown {
  const wantsFraction = types.includes('number');
  if (types.includes('string') || !(wantsFraction || types.includes('integer'))) return value;
  if (typeof value === 'number') return wantsFraction || !Number.isFinite(value) ? value : Math.trunc(value);
  return typeof value === 'string' && (wantsFraction ? FRACTION : WHOLE).test(value) ? Number(value) : value;
}
