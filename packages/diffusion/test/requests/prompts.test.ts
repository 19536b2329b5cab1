import { describe, expect, it } from 'vitest';
import { KANDINSKY_NEGATIVE_PREFIX, splitPrompts, VISION_NEGATIVE_PREFIX } from '../../src/index.ts';
import { goldenJson, hasGoldens } from '../goldens.ts';

interface Recorded {
  readonly cases: readonly { readonly prompts: readonly (readonly [string, number | null])[]; readonly out: readonly [string, string] }[];
}

describe('prompts', () => {
  it.skipIf(!hasGoldens('vision'))('are split as Vision does (VISION_GOLDENS)', () => {
    const { cases } = goldenJson<Recorded>('vision/positive_negative.json');
    expect(cases.length).toBeGreaterThan(5);
    for (const { prompts, out } of cases) {
      const { prompt, negativePrompt } = splitPrompts(prompts.map(([text, weight]) => ({ text, weight })));
      expect([prompt, negativePrompt]).toEqual(out);
    }
  });

  it('have the negative ones behind the prefix, with nothing between', () => {
    const prompts = [{ text: 'a cat' }, { text: 'rain', weight: -0.1 }, { text: ' fog', weight: -7 }];
    expect(splitPrompts(prompts, { negativePrefix: 'low quality' })).toEqual({ prompt: 'a cat', negativePrompt: 'low qualityrain fog' });
    expect(splitPrompts([], { negativePrefix: 'low quality' })).toEqual({ prompt: '', negativePrompt: 'low quality' });
  });

  it('of minus zero and of no number are wanted, as in Python', () => {
    const texts = [-0, null, 0].map((weight) => ({ text: 'x', weight }));
    expect(splitPrompts(texts)).toEqual({ prompt: 'xxx', negativePrompt: '' });
  });

  it("begin with Vision's words", () => {
    expect(VISION_NEGATIVE_PREFIX.split(', ')).toHaveLength(19);
    expect(VISION_NEGATIVE_PREFIX).toMatch(/^sexual, nude, sex, 18\+, naked, nsfw, .*, worst quality, low quality$/);
    expect(KANDINSKY_NEGATIVE_PREFIX).toMatch(/^overexposedsexual, nude, /);
  });
});
