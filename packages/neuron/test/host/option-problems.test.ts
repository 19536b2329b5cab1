import { type Schema, validate } from '@vision-sdk/core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { optionProblems } from '../../src/host/option-problems.ts';

const schema = z.strictObject({
  weights: z.union([z.string(), z.strictObject({ repository: z.string() })]).optional(),
  dtype: z.enum(['fp16', 'fp32']).default('fp32'),
  nets: z.array(z.strictObject({ folder: z.string().optional(), steps: z.int().optional() })).default([]),
  byName: z.record(z.string(), z.strictObject({ scale: z.number().optional() })).default({}),
});

async function problems(options: Schema, given: unknown): Promise<readonly string[]> {
  const result = await validate(options, given);
  return result.ok ? [] : optionProblems(options, given, result.issues).map(({ path, message }) => `${path}: ${message}`);
}

describe('misspelt options of a plugin', () => {
  it.each([
    ['a key', { wieghts: 'x' }, ': Unrecognized key: "wieghts" (did you mean "weights"?)'],
    ['two keys', { wieghts: 'x', dtpye: 'fp16' }, ': Unrecognized keys: "wieghts", "dtpye" (did you mean "weights", "dtype"?)'],
    ['a key in a list', { nets: [{}, { foldr: 'x' }] }, 'nets.1: Unrecognized key: "foldr" (did you mean "folder"?)'],
    ['a key in a record', { byName: { canny: { scael: 1 } } }, 'byName.canny: Unrecognized key: "scael" (did you mean "scale"?)'],
    ['a value', { dtype: 'pf16' }, 'dtype: Invalid option: expected one of "fp16"|"fp32" (did you mean "fp16"?)'],
  ])('%s gets the right spelling', async (_, given, problem) => {
    expect(await problems(schema, given)).toEqual([problem]);
  });

  it.each([
    ['a key that is near to none', { colour: 1 }, ': Unrecognized key: "colour"'],
    ['a value of another kind', { dtype: 16 }, 'dtype: Invalid option: expected one of "fp16"|"fp32"'],
    ['no object at all', 7, ': Invalid input: expected object, received number'],
  ])('%s gets none', async (_, given, problem) => {
    expect(await problems(schema, given)).toEqual([problem]);
  });

  it('of a schema that cannot say itself as JSON Schema get none', async () => {
    const custom = z.strictObject({ weights: z.custom<string>((value) => typeof value === 'string') });
    expect(await problems(custom, { weights: 'x', wieghts: 'x' })).toEqual([': Unrecognized key: "wieghts"']);
  });
});
