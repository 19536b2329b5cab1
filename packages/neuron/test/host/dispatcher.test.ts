import { defineSynapse, silentLog } from '@vision-sdk/core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { DispatcherOptions } from '../../src/host/dispatcher-types.ts';
import { nearestRefusal } from '../../src/host/select.ts';
import { type Diary, type FakeModel, fakePlugin, newDiary, SYNAPSES } from './fixtures/fake-models.ts';
import faulty, { Obey } from './fixtures/faulty-plugin.ts';
import { begin, dispatcherOf, errorOf } from './support.ts';

const { A, B, C } = SYNAPSES as Required<typeof SYNAPSES>;
const model = (id: string, memory: string, more: Partial<FakeModel> = {}): FakeModel => ({
  id,
  serves: [id.toUpperCase()],
  memory,
  ...more,
});
const AB = [model('a', '6GiB'), model('b', '6GiB')];
const signal = AbortSignal.any([]);

/** A diary whose runs wait until `release` is called. */
function held() {
  const { promise, resolve } = Promise.withResolvers<void>();
  const diary = newDiary(promise);
  return { diary, release: resolve };
}

async function fakes(models: readonly FakeModel[], options: Partial<DispatcherOptions> = {}, diary: Diary = newDiary()) {
  const dispatcher = await dispatcherOf([fakePlugin(models, diary)], options);
  return { dispatcher, diary, runs: () => diary.events.filter((event) => event.startsWith('run')) };
}

describe('choosing a model', () => {
  const choices = [model('small', '1GiB', { serves: ['A'], accepts: (n) => n < 10 }), model('large', '2GiB', { serves: ['A'] })];

  it('takes the first, in the order of the config, that accepts the request', async () => {
    const { dispatcher, runs } = await fakes(choices);
    await dispatcher.run(A!, { n: 5 }, { signal });
    await dispatcher.run(A!, { n: 50 }, { signal });
    expect(runs()).toEqual(['run small 5', 'run large 50']);
  });

  it('takes the named one, and fills in defaults', async () => {
    const { dispatcher } = await fakes(choices);
    expect(await dispatcher.run(A!, {}, { signal, model: 'large' })).toMatchObject({ n: 0 });
  });

  it.each([
    [{ n: 50 }, 'small', 'NOT_ACCEPTED', 'n: not accepted'],
    [{ n: 'x' }, undefined, 'REQUEST_INVALID', 'n: '],
    [{ n: 5 }, 'smal', 'MODEL_UNKNOWN', 'names the model "smal"'],
  ])('refuses %j of model %s', async (request, name, code, message) => {
    const { dispatcher } = await fakes(choices);
    const error = await errorOf(dispatcher.run(A!, request as never, name === undefined ? { signal } : { signal, model: name }));
    expect(error.code).toBe(`VISION_HOST_${code}`);
    expect(error.message).toContain(message);
  });

  it('refuses with the complaints of the model that the request names, or of the first', () => {
    const engine = [{ path: 'engine', message: 'not supported' }];
    const steps = [{ path: 'steps', message: '6 to 14' }];
    expect([nearestRefusal([engine, steps]), nearestRefusal([engine, engine]), nearestRefusal([steps, steps]), nearestRefusal([])]).toEqual(
      [steps, engine, steps, []],
    );
  });

  it('knows what it serves, by name and version', async () => {
    const { dispatcher } = await fakes([model('a', '1GiB'), model('b', '99GiB')]);
    expect(dispatcher.served().map(({ name }) => name)).toEqual(['A']);
    expect(dispatcher.serves({ name: 'A', version: 1 })).toBe(true);
    expect(dispatcher.serves({ name: 'A', version: 2 })).toBe(false);
    expect((await errorOf(dispatcher.run(B!, {}, { signal }))).code).toBe('VISION_HOST_NOT_SERVED');
  });

  it('takes a synapse of another copy of a package for the same', async () => {
    const { dispatcher } = await fakes([model('a', '1GiB')]);
    const copy = defineSynapse({ ...A!, request: z.object({ n: z.int() }), response: z.object({ n: z.number() }) });
    expect(await dispatcher.run(copy, { n: 3 }, { signal })).toMatchObject({ n: 3 });
  });
});

describe('room on a device', () => {
  it('ends the least recently used idle model', async () => {
    const { dispatcher, diary } = await fakes([model('a', '3GiB'), model('b', '3GiB'), model('c', '3GiB')]);
    for (const synapse of [A!, B!, A!, C!]) await dispatcher.run(synapse, {}, { signal });
    expect(diary.events.filter((event) => !event.startsWith('run'))).toEqual(['load a cpu', 'load b cpu', 'end b', 'load c cpu']);
    expect(dispatcher.stats().devices[0]?.usedBytes).toBe(6 * 2 ** 30);
  });

  it('waits for a busy model instead of ending it, and ends it before it loads the next', async () => {
    const { diary, release } = held();
    const { dispatcher } = await fakes(AB, {}, diary);
    const a = begin(dispatcher, A!, {});
    await expect.poll(() => diary.events).toContain('run a 0');
    const b = begin(dispatcher, B!, {});
    await expect.poll(() => dispatcher.stats().devices[0]?.queued).toBe(1);
    expect(diary.events).toEqual(['load a cpu', 'run a 0']);
    release();
    await Promise.all([a.response, b.response]);
    expect(diary.events).toEqual(['load a cpu', 'run a 0', 'end a', 'load b cpu', 'run b 0']);
  });

  it('never ends a pinned model, and does not serve what fits beside it no more', async () => {
    const { dispatcher, diary } = await fakes([...AB, model('c', '2GiB')], { pinned: ['a'] });
    expect(diary.events).toEqual(['load a cpu']);
    expect(dispatcher.served().map(({ name }) => name)).toEqual(['A', 'C']);
    await dispatcher.run(C!, {}, { signal });
    expect(diary.events).toEqual(['load a cpu', 'load c cpu', 'run c 0']);
  });

  it('does not swap models for every request', async () => {
    const { diary, release } = held();
    const { dispatcher } = await fakes(AB, {}, diary);
    const jobs = Array.from({ length: 8 }, (_, index) => begin(dispatcher, index % 2 === 0 ? A! : B!, { n: index }));
    await expect.poll(() => diary.events).toContain('run a 0');
    release();
    await Promise.all(jobs.map(({ response }) => response));
    expect(diary.events.filter((event) => event.startsWith('load'))).toEqual(['load a cpu', 'load b cpu']);
  });

  it('lets nobody wait for ever behind a busy model', async () => {
    const { dispatcher, runs } = await fakes(AB, { queue: 100 });
    const jobs = [
      begin(dispatcher, A!, { n: 0 }),
      begin(dispatcher, B!, { n: 100 }),
      ...Array.from({ length: 50 }, (_, index) => begin(dispatcher, A!, { n: index + 1 })),
    ];
    await Promise.all(jobs.map(({ response }) => response));
    const turn = runs().indexOf('run b 100');
    expect(turn).toBeGreaterThan(0);
    expect(turn).toBeLessThan(12);
  });
});

describe('the queue', () => {
  it('serves higher priorities first and equal ones in order of arrival', async () => {
    const { diary, release } = held();
    const { dispatcher, runs } = await fakes([model('a', '1GiB')], {}, diary);
    const first = begin(dispatcher, A!, { n: 0 });
    await expect.poll(() => runs()).toEqual(['run a 0']);
    const rest = [1, 5, 1, 9].map((priority, index) => begin(dispatcher, A!, { n: index + 1 }, { priority }));
    await expect.poll(() => dispatcher.stats().devices[0]?.queued).toBe(4);
    release();
    await Promise.all([first, ...rest].map(({ response }) => response));
    expect(runs()).toEqual(['run a 0', 'run a 4', 'run a 2', 'run a 1', 'run a 3']);
  });

  it('refuses what is too much, and says when to come back', async () => {
    const { diary, release } = held();
    const { dispatcher, runs } = await fakes(
      [model('a', '1GiB'), model('b', '1GiB')],
      { devices: { cpu: { memory: '8GiB', queue: 2 } } },
      diary,
    );
    const jobs = [begin(dispatcher, A!, { n: 0 })];
    await expect.poll(() => runs()).toEqual(['run a 0']);
    jobs.push(begin(dispatcher, A!, { n: 1 }), begin(dispatcher, A!, { n: 2 }));
    await expect.poll(() => dispatcher.stats().devices[0]?.queued).toBe(2);
    const error = await errorOf(dispatcher.run(A!, {}, { signal }));
    expect(error.code).toBe('VISION_HOST_QUEUE_FULL');
    expect(error.details).toEqual({ device: 'cpu', queued: 2, retryAfterSeconds: 3 });
    release();
    await Promise.all(jobs.map(({ response }) => response));
    await expect(dispatcher.run(A!, {}, { signal })).resolves.toBeDefined();
  });

  it('starts a request at once whose model is idle, though others wait', async () => {
    const { diary, release } = held();
    const { dispatcher, runs } = await fakes(
      [model('a', '1GiB'), model('b', '1GiB')],
      { devices: { cpu: { memory: '8GiB', queue: 1 } }, pinned: ['b'] },
      diary,
    );
    const jobs = [begin(dispatcher, A!, { n: 0 })];
    await expect.poll(() => runs()).toEqual(['run a 0']);
    jobs.push(begin(dispatcher, A!, { n: 1 }), begin(dispatcher, B!, { n: 2 }));
    await expect.poll(() => runs()).toEqual(['run a 0', 'run b 2']);
    release();
    await Promise.all(jobs.map(({ response }) => response));
  });

  it('gives a model as many requests at once as it takes', async () => {
    const { diary, release } = held();
    const { dispatcher, runs } = await fakes([model('a', '1GiB', { concurrency: 2 })], {}, diary);
    const jobs = [0, 1, 2].map((n) => begin(dispatcher, A!, { n }));
    await expect.poll(() => runs()).toHaveLength(2);
    expect(dispatcher.stats().devices[0]).toMatchObject({ running: 2, queued: 1 });
    release();
    await Promise.all(jobs.map(({ response }) => response));
  });

  it('forgets a request that is aborted while it waits', async () => {
    const { diary, release } = held();
    const { dispatcher, runs } = await fakes([model('a', '1GiB')], {}, diary);
    const first = begin(dispatcher, A!, { n: 0 });
    await expect.poll(() => runs()).toHaveLength(1);
    const second = begin(dispatcher, A!, { n: 1 });
    await expect.poll(() => dispatcher.stats().devices[0]?.queued).toBe(1);
    second.abort(new Error('gone'));
    expect((await errorOf(second.response)).message).toBe('gone');
    release();
    await first.response;
    expect(runs()).toEqual(['run a 0']);
    expect(dispatcher.stats().models[0]).toMatchObject({ succeeded: 1, aborted: 1 });
  });

  it('does not begin what is aborted already', async () => {
    const { dispatcher, diary } = await fakes([model('a', '1GiB')]);
    expect((await errorOf(dispatcher.run(A!, {}, { signal: AbortSignal.abort(new Error('late')) }))).message).toBe('late');
    expect(diary.events).toEqual([]);
  });
});

describe('the end', () => {
  it('drain takes nothing new and waits for what was accepted', async () => {
    const { diary, release } = held();
    const { dispatcher } = await fakes([model('a', '1GiB')], {}, diary);
    const jobs = [begin(dispatcher, A!, { n: 0 }), begin(dispatcher, A!, { n: 1 })];
    await expect.poll(() => diary.events).toContain('run a 0');
    const drained = dispatcher.drain();
    expect((await errorOf(dispatcher.run(A!, {}, { signal }))).code).toBe('VISION_HOST_STOPPED');
    release();
    await drained;
    expect(await Promise.all(jobs.map(({ response }) => response))).toMatchObject([{ n: 0 }, { n: 1 }]);
    await dispatcher[Symbol.asyncDispose]();
    expect(diary.events.at(-1)).toBe('end a');
  });
});

describe('faults of a model in this process', () => {
  const here = (given: Parameters<typeof faulty>[0], options: Partial<DispatcherOptions> = {}) =>
    dispatcherOf([faulty(given)], { isolate: false, ...options });

  it('has the same errors as one in a process of its own', async () => {
    const host = await here({});
    expect((await errorOf(begin(host, Obey, { behaviour: 'throw' }).response)).code).toBe('VISION_HOST_JOB_FAILED');
    expect((await errorOf(begin(host, Obey, { behaviour: 'rubbish' }).response)).code).toBe('VISION_HOST_RESPONSE_INVALID');
    expect((await errorOf(begin(await here({ load: 'throw' }), Obey, { behaviour: 'echo' }).response)).code).toBe(
      'VISION_HOST_LOAD_FAILED',
    );
    const hanging = await here({ load: 'hang' }, { limits: { loadTimeoutMs: 20 } });
    expect((await errorOf(begin(hanging, Obey, { behaviour: 'echo' }).response)).code).toBe('VISION_HOST_LOAD_TIMEOUT');
  });

  it('answers an abort at once, and keeps the model busy until it listens', async () => {
    const host = await here({});
    const job = begin(host, Obey, { behaviour: 'deaf' });
    await job.started;
    job.abort(new Error('enough'));
    expect((await errorOf(job.response)).message).toBe('enough');
    expect(host.stats().models[0]?.state).toBe('busy');
  });

  it('streams, and survives listeners that throw', async () => {
    const host = await here({});
    const parts: number[] = [];
    const onChunk = ({ part }: { part: number }) => {
      parts.push(part);
      throw new Error('listener');
    };
    await expect(begin(host, Obey, { behaviour: 'stream' }, { onChunk }).response).resolves.toMatchObject({ pid: process.pid });
    expect(parts).toEqual([1, 2, 3]);
  });
});

describe('a plugin that throws in its hooks', () => {
  const boom = () => {
    throw new Error('boom');
  };

  it('names the plugin when `accepts` throws, and serves other requests', async () => {
    const { dispatcher } = await fakes([model('a', '1GiB', { accepts: (n) => n > 0 || boom() })]);
    const error = await errorOf(dispatcher.run(A!, { n: 0 }, { signal }));
    expect(error.message).toBe('Model "a" of vision-plugin-fake failed on a A request: boom');
    await expect(dispatcher.run(A!, { n: 1 }, { signal })).resolves.toBeDefined();
  });

  it('logs a disposal that throws, and makes room all the same', async () => {
    const warnings: string[] = [];
    const log = { ...silentLog, warn: (_: object, message: string) => warnings.push(message) };
    const { dispatcher } = await fakes([model('a', '6GiB', { onEnd: boom }), model('b', '6GiB')], { log });
    await dispatcher.run(A!, {}, { signal });
    await expect(dispatcher.run(B!, {}, { signal })).resolves.toBeDefined();
    expect(warnings).toEqual(['A model failed while it was ended.']);
  });
});

describe('faults of the config', () => {
  it.each<[Partial<DispatcherOptions>, string, string]>([
    [{ pinned: ['aa'] }, 'MODEL_UNKNOWN', '"pinned" names the model "aa"'],
    [{ placement: { x: 'cpu' } }, 'MODEL_UNKNOWN', '"placement" names the model "x"'],
    [{ placement: { a: 'cuda:0' } }, 'PLACEMENT', 'there is no such device'],
    [{ placement: { a: { unet: 'cpu' } } }, 'PLACEMENT', 'there is no such component'],
    [{ pinned: ['a', 'b'] }, 'PINNED_TOO_LARGE', 'do not fit on cpu together'],
    [
      { devices: { cpu: { memory: '1GiB' } }, placement: { a: 'cpu' } },
      'DOES_NOT_FIT',
      'Model "a" needs 6GiB; no device can hold it: cpu has 1GiB.',
    ],
  ])('%j', async (options, code, message) => {
    const error = await errorOf(fakes(AB, options));
    expect(error.code).toBe(`VISION_HOST_${code}`);
    expect(error.message).toContain(message);
  });

  it('warns of a model that fits nowhere', async () => {
    const warnings: string[] = [];
    await fakes([model('a', '99GiB')], { log: { ...silentLog, warn: (_, message) => warnings.push(message) } });
    expect(warnings).toEqual(['Model "a" needs 99GiB; no device can hold it: cpu has 8GiB. It is not served.']);
  });
});
