import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadClipTokenizer } from '@vision-sdk/diffusion';
import { describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../tools/train-mini/tokenizer/', import.meta.url));
const examples = JSON.parse(readFileSync(`${folder}examples.json`, 'utf8')) as { readonly text: string; readonly ids: readonly number[] }[];

describe('the tokenizer of the mini models', () => {
  it('has examples of captions, of other words and of overlong texts', () => expect(examples.length).toBeGreaterThanOrEqual(50));

  it.each(examples)('gives the ids with which the models were trained: $text', async ({ text, ids }) => {
    const tokenizer = await loadClipTokenizer(folder);
    expect([...tokenizer.encodePadded(text)]).toEqual(ids);
  });
});
