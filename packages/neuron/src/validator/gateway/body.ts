import { type AnySynapse, inputJsonSchema } from '@vision-sdk/core';
import { fail } from '../errors.ts';
import { type BodySchema, schemaOf } from './body-schema.ts';
import { ignoresUnknown, isOfVision, withNumbers } from './vision-bodies.ts';

/** Fields that are named where there are too many. */
export const MOST_NAMED = 10;

/** What an operation's request looks like to a user: without the seed, which the validator chooses. */
export function userSchema(synapse: AnySynapse): Record<string, unknown> {
  const { $schema, ...schema } = inputJsonSchema(synapse.request);
  const { seed: _, ...properties } = (schema.properties ?? {}) as Record<string, unknown>;
  const required = ((schema.required ?? []) as readonly string[]).filter((name) => name !== 'seed');
  return { ...schema, properties, required };
}

/** A user's request. */
export interface UserRequest {
  /** Ready to be validated. */
  readonly request: unknown;
  /** Fields that nobody reads, for operations of Vision in which that is no error. */
  readonly ignored: readonly string[];
}

/** A user's body as a request. Throws `VISION_VALIDATOR_REQUEST_INVALID`, `_UNKNOWN_FIELDS` and `_SEED_NOT_ALLOWED`. */
export function requestOf(synapse: AnySynapse, body: unknown): UserRequest {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw fail('REQUEST_INVALID', { synapse: synapse.name, issues: 'the body must be a JSON object' });
  }
  const schema = inputJsonSchema(synapse.request) as BodySchema;
  const seeded = schema.properties?.seed !== undefined;
  const ignored = checkFields(synapse, schema, body);
  const read = isOfVision(synapse) ? (withNumbers(schema, body) as object) : body;
  return { request: seeded ? { ...read, seed: 0 } : read, ignored };
}

/** Fields that the operation does not take from users. Throws for them unless Vision's users may send them. */
function checkFields(synapse: AnySynapse, schema: BodySchema, body: object): readonly string[] {
  const seeded = schema.properties?.seed !== undefined && 'seed' in body;
  const unknown = unknownFields(schema, body, '');
  if (ignoresUnknown(synapse)) return [...unknown, ...(seeded ? ['seed'] : [])];
  if (seeded) throw fail('SEED_NOT_ALLOWED', { synapse: synapse.name });
  if (unknown.length === 0) return [];
  const known = Object.keys(schema.properties ?? {}).filter((name) => name !== 'seed');
  throw fail('UNKNOWN_FIELDS', { synapse: synapse.name, fields: unknown.slice(0, MOST_NAMED), known });
}

/** Paths of fields that the schema does not have: schemas strip those silently, and a misspelt option would be lost without a word. */
function unknownFields(schema: BodySchema, value: unknown, path: string): readonly string[] {
  if (Array.isArray(value))
    return value.flatMap((item, index) => unknownFields(schemaOf(schema, 'items').items ?? {}, item, `${path}${index}.`));
  if (typeof value !== 'object' || value === null) return [];
  const { properties, additionalProperties } = schemaOf(schema, 'properties');
  if (properties === undefined || (typeof additionalProperties === 'object' && additionalProperties !== null)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const known = Object.hasOwn(properties, key) ? properties[key] : undefined;
    return known === undefined ? [`${path}${key}`.slice(0, 100)] : unknownFields(known, inner, `${path}${key}.`);
  });
}
