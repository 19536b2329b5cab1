import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cardOf, MODELS, measured, type Results, readResults, withMeasured } from '../../../tools/train-mini/cards.ts';

describe.each(MODELS)('the card of %s', (model) => {
  const card = () => readFileSync(cardOf(model), 'utf8');

  it.each(['What it is', 'Data', 'Training', 'Licence', 'Limits', 'Measured'])('has a section "%s"', (heading) => {
    expect(card()).toMatch(new RegExp(`^## ${heading}\n\n\\S`, 'm'));
  });

  it('has the figures of the last trials', () => {
    expect(withMeasured(card(), model, readResults())).toBe(card());
  });
});

it('a table has the rows of the model, and says whether targets are met', () => {
  const row = (what: string, value: number) => ({ what, value, target: 80, least: true, verdict: value < 80 ? 'MISSED' : 'met' });
  const results: Results = {
    inpaint: [row('keeping the rest: painted, %', 90), row('by Stable Diffusion 1.5: painted, %', 70)],
    speed: [{ ...row('a picture, s', 0.1), target: null, verdict: '' }],
    uncrop: null,
  };
  expect(measured('sdxl', results)).toMatch(
    /^\n\| trial .*\n.*\n\| inpaint \| keeping the rest: painted, % \| 90 \| at least 80: met \|\n\| speed .* \| {2}\|\n\n$/,
  );
  expect(measured('sd15', results)).toContain('| 70 | at least 80: missed |');
  expect(measured('clip', results)).toBe('\nNot measured yet.\n\n');
  expect(measured('sdxl-b', results)).toBe('\nNo trial is of this model alone.\n\n');
});
