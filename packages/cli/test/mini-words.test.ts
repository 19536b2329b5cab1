import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sdxl } from '@vision-sdk/models-mini';
import { describe, expect, it } from 'vitest';
import { miniNote } from '../src/run/mini-note.ts';
import { unknownWords } from '../src/run/mini-words.ts';

const captions = join(import.meta.dirname, '../../../tools/train-mini/evaluation/captions.json');

describe('words that the small models do not know', () => {
  it('are none of those they were trained on', () => {
    const all = JSON.parse(readFileSync(captions, 'utf8')) as readonly { readonly text: string }[];
    expect(all).toHaveLength(300);
    expect(all.flatMap(({ text }) => unknownWords(text))).toEqual([]);
  });

  it('are named once each, in any alphabet', () => {
    expect(unknownWords('A cat, a CAT and a red собака')).toEqual(['cat', 'собака']);
  });

  const weights = [{ kind: 'folder', folder: sdxl.model, files: [], bytes: 1, licence: 'MIT' }] as const;
  const request = { text_prompts: [{ text: 'a photo of a cat' }] };

  it('are told to the user, with the way out', () => {
    expect(miniNote({ id: 'mini-sdxl', weights }, request)).toMatch(
      /^mini-sdxl draws coloured shapes and knows no "cat".*docs\/plugins\.md/,
    );
  });

  it('are no matter for words that it knows, requests without words, and other models', () => {
    expect(miniNote({ id: 'mini-sdxl', weights }, { text_prompts: [{ text: 'a red circle' }] })).toBeUndefined();
    expect(miniNote({ id: 'mini-sdxl', weights }, {})).toBeUndefined();
    expect(miniNote({ id: 'sdxl', weights: [{ ...weights[0], folder: '/weights/sdxl' }] }, request)).toBeUndefined();
  });
});
