import { describe, expect, it } from 'vitest';
import { modelValues, visionRanges } from '../../src/index.ts';

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
