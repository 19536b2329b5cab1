import { readFileSync } from 'node:fs';
import { createScheduler, denoise } from '@vision-sdk/diffusion';
import { describe, expect, it } from 'vitest';

interface Recorded {
  readonly config: Record<string, unknown>;
  readonly levels: readonly number[];
  readonly noise: readonly number[];
  readonly runs: readonly { readonly steps: number; readonly start: number; readonly result: readonly number[] }[];
}

const recorded = JSON.parse(readFileSync(new URL('../tools/train-mini/tests/sampler.json', import.meta.url), 'utf8')) as Recorded;
const model = (value: number, timestep: number) => Math.sin(value * 1.7 + timestep / 300) * 0.8 - 0.3 * value;

describe('the schedule with which the mini models were trained', () => {
  const scheduler = createScheduler(recorded.config);

  it('has the levels of training', () => {
    for (const [i, t] of [0, 1, 499, 998, 999].entries()) expect(scheduler.alphasCumprod[t]).toBeCloseTo(recorded.levels[i]!, 6);
  });

  it.each(recorded.runs)('goes the same way in $steps steps from step $start', async ({ steps, start, result }) => {
    const latents = await denoise({
      run: scheduler.run(steps),
      latents: Float32Array.from(recorded.noise),
      predict: ({ sample, timestep }) => sample.map((value) => model(value, timestep)),
      noise: () => new Float32Array(recorded.noise.length),
      start,
    });
    for (const [i, value] of latents.entries()) expect(Math.abs(value - result[i]!)).toBeLessThan(2e-4);
  });
});
