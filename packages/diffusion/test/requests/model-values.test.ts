import { validate } from '@vision-sdk/core';
import { TextToImage } from '@vision-sdk/core/synapses';
import { describe, expect, it } from 'vitest';
import { acceptsDiffusion, firstStep, forEngines, modelValues, narrowedRanges, repaintStrength, visionRanges } from '../../src/index.ts';

describe('steps and guidance of a request', () => {
  it.each([
    ['said', { steps: 9, cfg_scale: 2.5 }, { steps: 9, guidance: 2.5 }],
    ['null', { steps: null, cfg_scale: null }, { steps: 16, guidance: 5 }],
    ['missing', {}, { steps: 16, guidance: 5 }],
    ['0, which is a value', { cfg_scale: 0 }, { steps: 16, guidance: 0 }],
  ])('%s', (_what, asked, expected) => {
    expect(modelValues(asked, visionRanges('stable-diffusion-1.5'))).toEqual(expected);
  });

  it('are whole steps where the middle of a range is none', () => {
    expect(modelValues({}, { steps: { least: 1, most: 4 }, guidance: { least: 0, most: 3 } })).toEqual({ steps: 3, guidance: 1.5 });
  });
});

describe("a model's own steps and guidance", () => {
  const ranges = narrowedRanges(visionRanges('stable-diffusion-xl-turbo'), { guidance: [1, 6], defaultSteps: 8, defaultGuidance: 3 });

  it.each([
    ['stand where a request has none', {}, { steps: 8, guidance: 3 }],
    [
      "stand in for Vision's 4 and 7, which requests have where nobody said a number",
      { steps: 4, cfg_scale: 7 },
      { steps: 8, guidance: 3 },
    ],
    ['leave what was asked for within the ranges', { steps: 6, cfg_scale: 6 }, { steps: 6, guidance: 6 }],
  ])('%s', (_what, asked, expected) => {
    expect(modelValues(asked, ranges)).toEqual(expected);
  });

  it("are Vision's where the options say nothing", () => {
    expect(modelValues({ steps: 4, cfg_scale: 7 }, visionRanges('stable-diffusion-xl-turbo'))).toEqual({ steps: 4, guidance: 7 });
  });

  it('stay within the ranges', () => {
    const narrow = narrowedRanges(ranges, { steps: [4, 6], guidance: [1, 2], defaultSteps: 8, defaultGuidance: 3 });
    expect(narrow).toMatchObject({ defaultSteps: 6, defaultGuidance: 2 });
  });

  it('are allowed for requests of every operation that say nothing', async () => {
    const accepts = acceptsDiffusion(TextToImage, [ranges]);
    expect(await validate(accepts, { seed: 1, text_prompts: [{ text: 'a' }] })).toMatchObject({
      ok: true,
      value: { steps: 4, cfg_scale: 7 },
    });
    expect(await validate(accepts, { seed: 1, text_prompts: [{ text: 'a' }], steps: 5 })).toMatchObject({ ok: false });
  });
});

describe('the strength of a repaint', () => {
  it.each([
    [0.25, 8, 0.75],
    [0, 6, 1],
    [0.9, 6, 0.25],
    [1, 6, 0.25],
    [1, 1, 1],
  ])('that keeps %s in %s steps is %s', (kept, steps, strength) => {
    expect(repaintStrength(kept, steps)).toBeCloseTo(strength, 12);
  });

  it('leaves a step whatever is to be kept', () => {
    for (let steps = 1; steps <= 40; steps++)
      for (let kept = 0; kept <= 1; kept += 1 / 64) expect(firstStep(steps, repaintStrength(kept, steps))).toBeLessThan(steps);
  });
});

it('gives the same ranges to every engine', () => {
  const ranges = visionRanges('stable-diffusion-1.5');
  expect(forEngines(ranges, ['a', 'b'])).toEqual([
    { ...ranges, engine: 'a' },
    { ...ranges, engine: 'b' },
  ]);
});
