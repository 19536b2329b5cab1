import { fileURLToPath } from 'node:url';
import { createRandom, pick, randomInteger, silentLog } from '@vision-sdk/core';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/host/config.ts';
import { createDispatcher } from '../../src/host/dispatcher.ts';
import type { Dispatcher, DispatcherOptions } from '../../src/host/dispatcher-types.ts';
import { createRegistry } from '../../src/host/registry.ts';
import { fakePlugin, newDiary, SYNAPSES, VISION_MODELS } from './fixtures/fake-models.ts';

const GIB = 2 ** 30;
const signal = AbortSignal.any([]);
const names = VISION_MODELS.flatMap(({ serves }) => serves);

async function visionOn(options: Partial<DispatcherOptions>) {
  const diary = newDiary();
  const registry = await createRegistry([fakePlugin(VISION_MODELS, diary)]);
  const dispatcher = await createDispatcher({ registry, log: silentLog, ...options });
  return { dispatcher, diary, loads: () => diary.events.filter((event) => event.startsWith('load')) };
}

async function example(name: string) {
  const { config } = await loadConfig({
    file: fileURLToPath(new URL(`../../../../examples/configs/${name}.vision.config.json`, import.meta.url)),
  });
  return await visionOn({ devices: config.devices, placement: config.placement, pinned: config.pinned });
}

/** Serves `count` random requests, `atOnce` at a time, and looks at the budgets after each. */
async function serve(
  dispatcher: Dispatcher,
  { count, atOnce, seed }: { readonly count: number; readonly atOnce: number; readonly seed: number },
): Promise<number> {
  const random = createRandom(seed);
  let overBudget = 0;
  const one = async () => {
    await dispatcher.run(SYNAPSES[pick(random, names)]!, { n: randomInteger(random, 0, 100) }, { signal });
    overBudget += dispatcher.stats().devices.filter(({ usedBytes, memoryBytes }) => usedBytes > memoryBytes).length;
  };
  for (let done = 0; done < count; done += atOnce) await Promise.all(Array.from({ length: atOnce }, one));
  return overBudget;
}

const usedGib = (dispatcher: Dispatcher) =>
  Object.fromEntries(dispatcher.stats().devices.map(({ device, usedBytes }) => [device, Math.round((usedBytes / GIB) * 10) / 10]));

describe('the three machines of the examples', () => {
  it('1 x 80 GB: everything is loaded at the start, once', async () => {
    const { dispatcher, loads } = await example('one-80gb');
    expect(loads()).toHaveLength(6);
    expect(usedGib(dispatcher)).toEqual({ 'cuda:0': 28.5 });
    expect(await serve(dispatcher, { count: 200, atOnce: 8, seed: 1 })).toBe(0);
    expect(loads()).toHaveLength(6);
  });

  it('3 x 24 GB: one large model a GPU, and nothing is swapped', async () => {
    const { dispatcher, loads } = await example('three-24gb');
    expect(loads().sort()).toEqual([
      'load kandinsky cuda:1',
      'load safety-checker cuda:2',
      'load scribble cuda:2',
      'load sdxl-turbo cuda:0',
    ]);
    expect(await serve(dispatcher, { count: 200, atOnce: 8, seed: 2 })).toBe(0);
    expect(loads().slice(4).sort()).toEqual(['load clip cuda:2', 'load vision-x2 cpu']);
    expect(usedGib(dispatcher)).toEqual({ cpu: 1, 'cuda:0': 8, 'cuda:1': 12, 'cuda:2': 7.5 });
  });

  it('2 x 48 GB: components apart, clip on the CPU, the rest where there is room', async () => {
    const { dispatcher, loads } = await example('two-48gb');
    expect(loads()).toContain('load kandinsky cuda:1 prior=cuda:0');
    expect(await serve(dispatcher, { count: 200, atOnce: 8, seed: 3 })).toBe(0);
    expect(loads()).toHaveLength(6);
    expect(loads()).toContain('load clip cpu');
    const used = usedGib(dispatcher);
    expect(used['cuda:0']! + used['cuda:1']!).toBeCloseTo(27.5);
  });
});

describe('a machine that is too small for all', () => {
  it('1 x 16 GB: swaps models, never over the budget, each request answered', async () => {
    const { dispatcher, diary, loads } = await visionOn({ devices: { 'cuda:0': { memory: '16GiB', queue: 100 } } });
    expect(await serve(dispatcher, { count: 300, atOnce: 20, seed: 4 })).toBe(0);
    expect(diary.events.filter((event) => event.startsWith('run'))).toHaveLength(300);
    expect(diary.mostBytes.get('cuda:0')! / GIB).toBeLessThanOrEqual(16);
    expect(loads().length).toBeGreaterThan(6);
    // Twenty at a time over six models: without the queue's preference for loaded models it would be near one load for every three requests.
    expect(loads().length).toBeLessThan(100);
  });

  it('1 x 8 GB and a CPU: a model whose text encoder is on the CPU leaves room for others', async () => {
    const { dispatcher, loads } = await visionOn({
      devices: { cpu: { memory: '16GiB' }, 'cuda:0': { memory: '8GiB' } },
      placement: { 'sdxl-turbo': { 'text-encoder': 'cpu', '*': 'cuda:0' } },
      pinned: ['sdxl-turbo', 'safety-checker'],
    });
    expect(usedGib(dispatcher)).toEqual({ cpu: 1.6, 'cuda:0': 7.9 });
    expect(loads()).toContain('load sdxl-turbo cuda:0 text-encoder=cpu');
    expect(dispatcher.served().map(({ name }) => name)).toContain('Kandinsky');
  });
});
