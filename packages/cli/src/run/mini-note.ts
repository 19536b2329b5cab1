import type { WeightSource } from '@vision-sdk/core';
import { isSmallModel } from '../small-models.ts';
import { unknownWords } from './mini-words.ts';

/** What to tell a user whose prompt is beyond one of the small models; undefined for other models, and for words that they know. */
export function miniNote(model: { readonly id: string; readonly weights: readonly WeightSource[] }, request: unknown): string | undefined {
  if (!isSmallModel(model)) return undefined;
  const words = promptsOf(request).flatMap(unknownWords);
  if (words.length === 0) return undefined;
  const named = words.slice(0, 3).map((word) => `"${word}"`);
  return `${model.id} draws coloured shapes and knows no ${named.join(' or ')}; configure a larger model for anything else: docs/plugins.md.`;
}

function promptsOf(request: unknown): readonly string[] {
  const { text_prompts: prompts = [] } = request as { readonly text_prompts?: readonly { readonly text: string }[] };
  return prompts.map(({ text }) => text);
}
