import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec';

/** A schema of any library that validates (Standard Schema) and describes itself (Standard JSON Schema): zod 4, ArkType, Valibot with its adapter. */
export interface Schema<Input = unknown, Output = Input> {
  readonly '~standard': StandardSchemaV1.Props<Input, Output> & StandardJSONSchemaV1.Props<Input, Output>;
}

/** What a caller may pass, defaults left out. */
export type InputOf<S extends Schema> = NonNullable<S['~standard']['types']>['input'];

/** What comes out of validation, defaults filled in. */
export type OutputOf<S extends Schema> = NonNullable<S['~standard']['types']>['output'];

/** One complaint of a schema: where in the value, and what is wrong there. */
export interface SchemaIssue {
  /** Dotted path into the value, `''` for the value itself. */
  readonly path: string;
  readonly message: string;
}

/** The result of {@link validate}. */
export type Validation<Output> =
  | { readonly ok: true; readonly value: Output }
  | { readonly ok: false; readonly issues: readonly SchemaIssue[] };

/** Runs a schema over an unknown value. Never throws for bad input; a schema that throws is a broken schema and its error passes through. */
export async function validate<S extends Schema>(schema: S, value: unknown): Promise<Validation<OutputOf<S>>> {
  const result = await schema['~standard'].validate(value);
  if (result.issues === undefined) return { ok: true, value: result.value as OutputOf<S> };
  return { ok: false, issues: result.issues.map(toSchemaIssue) };
}

/** More complaints than a person reads; a hostile value can have one for each of its parts. */
const ISSUES_SHOWN = 20;

/** Renders issues for a person: `steps: expected number; seed: required`, the first 20 of them. */
export function formatIssues(issues: readonly SchemaIssue[]): string {
  const shown = issues.slice(0, ISSUES_SHOWN).map(({ path, message }) => `${path === '' ? '' : `${path}: `}${message.replace(/\.$/, '')}`);
  return [...shown, ...(issues.length > ISSUES_SHOWN ? [`and ${issues.length - ISSUES_SHOWN} more`] : [])].join('; ');
}

/** JSON Schema (draft 2020-12) of what a caller may pass. */
export function inputJsonSchema(schema: Schema): Record<string, unknown> {
  return schema['~standard'].jsonSchema.input({ target: 'draft-2020-12' });
}

/** JSON Schema (draft 2020-12) of the validated value. */
export function outputJsonSchema(schema: Schema): Record<string, unknown> {
  return schema['~standard'].jsonSchema.output({ target: 'draft-2020-12' });
}

function toSchemaIssue(issue: StandardSchemaV1.Issue): SchemaIssue {
  const keys = (issue.path ?? []).map((segment) => String(typeof segment === 'object' ? segment.key : segment));
  return { path: keys.join('.'), message: issue.message };
}
