import { describe, expect, it } from 'vitest';
import { createScheduler, denoise, startOfStrength } from '../src/index.ts';

describe('denoise', () => {
  const run = () => createScheduler({ _class_name: 'DDIMScheduler' }).run(4);
  const noise = () => new Float32Array(2);

  it('ends within the step in which it is cancelled', async () => {
    const controller = new AbortController();
    const calls: number[] = [];
    const looping = denoise({
      run: run(),
      latents: new Float32Array(2),
      noise,
      signal: controller.signal,
      predict({ sample, index }) {
        calls.push(index);
        if (index === 1) controller.abort(new Error('enough'));
        return sample;
      },
    });
    await expect(looping).rejects.toThrow('enough');
    expect(calls).toEqual([0, 1]);
  });

  it('tells its progress from the step that it starts at', async () => {
    const told: string[] = [];
    const start = startOfStrength(4, 0.5);
    const onStep = ({ index, done, total }: { index: number; done: number; total: number }) => told.push(`${index}: ${done}/${total}`);
    await denoise({ run: run(), latents: new Float32Array(2), noise, start, predict: ({ sample }) => sample, onStep });
    expect(told).toEqual(['2: 1/2', '3: 2/2']);
  });

  it('asks for twice the batch with guidance, unconditional first', async () => {
    const latents = Float32Array.of(1, 2);
    const inputs: number[][] = [];
    await denoise({
      run: createScheduler({ _class_name: 'DDIMScheduler' }).run(1),
      latents,
      noise,
      guidance: 3,
      predict({ sample }) {
        inputs.push([...sample]);
        return Float32Array.of(0, 0, 1, 1);
      },
    });
    const alone = createScheduler({ _class_name: 'DDIMScheduler' }).run(1).step(Float32Array.of(3, 3), 0, Float32Array.of(1, 2));
    expect(inputs).toEqual([[1, 2, 1, 2]]);
    expect(latents).toEqual(alone);
  });

  it('refuses an output that guidance cannot halve', async () => {
    const looping = denoise({ run: run(), latents: new Float32Array(2), noise, guidance: 2, predict: () => new Float32Array(3) });
    await expect(looping).rejects.toThrow('guidance takes two outputs');
  });

  it.each([
    [10, 0.25, 8],
    [4, 1, 0],
    [1, 0.5, 1],
    [50, 0.999, 1],
  ])('%s steps at strength %s start at %s', (steps, strength, start) => {
    expect(startOfStrength(steps, strength)).toBe(start);
  });
});
