import { inputJsonSchema, type Schema, type SchemaIssue } from '@vision-sdk/core';
import { didYouMean } from './did-you-mean.ts';

/** What matters here of JSON Schema. */
interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: boolean | Node;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
  readonly allOf?: readonly Node[];
  readonly enum?: readonly unknown[];
}

/** The complaints of a schema about options, with the right spelling where one is near. Works by JSON Schema: options may be of any schema library. */
export function optionProblems(schema: Schema, given: unknown, issues: readonly SchemaIssue[]): readonly SchemaIssue[] {
  const root = describedBy(schema);
  return issues.map((issue) => {
    const path = issue.path === '' ? [] : issue.path.split('.');
    const nodes = path.reduce((at, key) => at.flatMap((node) => stepInto(node, key)), branches(root));
    const near = spellings(nodes, valueAt(given, path), issue.message);
    return near.length === 0
      ? issue
      : { ...issue, message: `${issue.message} (did you mean ${near.map((word) => `"${word}"`).join(', ')}?)` };
  });
}

/** Nothing is known of a schema that has parts which JSON Schema cannot say. */
function describedBy(schema: Schema): Node {
  try {
    return inputJsonSchema(schema);
  } catch {
    return {};
  }
}

function branches(node: Node): readonly Node[] {
  return [node, ...[node.anyOf, node.oneOf, node.allOf].flatMap((alternatives) => alternatives ?? []).flatMap(branches)];
}

function stepInto({ properties, additionalProperties, items }: Node, key: string): readonly Node[] {
  const next = (Object.hasOwn(properties ?? {}, key) ? properties?.[key] : undefined) ?? items ?? additionalProperties;
  return typeof next === 'object' ? branches(next) : [];
}

/** Of a value that is one of few, or of those keys of an object that the complaint names. */
function spellings(nodes: readonly Node[], value: unknown, message: string): readonly string[] {
  const nearest = (word: string, known: readonly string[]) => didYouMean(word, known) ?? [];
  if (typeof value === 'string')
    return [
      nearest(
        value,
        nodes.flatMap((node) => node.enum ?? []).filter((one) => typeof one === 'string'),
      ),
    ].flat();
  if (typeof value !== 'object' || value === null) return [];
  const known = nodes.flatMap(({ properties = {} }) => Object.keys(properties));
  const unknown = Object.keys(value).filter((key) => !known.includes(key) && message.includes(`"${key}"`));
  return unknown.flatMap((key) => nearest(key, known));
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? (at as Readonly<Record<string, unknown>>)[key] : undefined),
    value,
  );
}
