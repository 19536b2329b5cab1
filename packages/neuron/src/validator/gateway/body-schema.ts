/** As much of JSON Schema as bodies are looked at with. */
export interface BodySchema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, BodySchema>>;
  readonly items?: BodySchema;
  readonly anyOf?: readonly BodySchema[];
  readonly additionalProperties?: unknown;
}

/** The alternative of a union (`nullable`) that describes objects or arrays. */
export function schemaOf(schema: BodySchema, key: 'properties' | 'items'): BodySchema {
  return schema[key] !== undefined ? schema : (schema.anyOf?.find((option) => option[key] !== undefined) ?? schema);
}
