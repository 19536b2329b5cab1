import { describe, expect, it } from 'vitest';
import { firstStep, forEngines, modelValues, repaintStrength, visionRanges } from '../../src/index.ts';

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
