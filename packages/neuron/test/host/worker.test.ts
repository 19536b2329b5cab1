import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Dispatcher, DispatcherOptions } from '../../src/host/dispatcher-types.ts';
import faulty, { Obey } from './fixtures/faulty-plugin.ts';
import { begin, dispatcherOf, errorOf, pidOf } from './support.ts';

let dispatcher: Dispatcher | undefined;
afterEach(async () => {
  await dispatcher?.[Symbol.asyncDispose]();
  dispatcher = undefined;
});

async function start(given: Parameters<typeof faulty>[0] = {}, options: Partial<DispatcherOptions> = {}): Promise<Dispatcher> {
  dispatcher = await dispatcherOf([faulty(given)], options);
  return dispatcher;
}

async function counter(left: number): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), 'vision-')), 'left');
  await writeFile(file, String(left));
  return file;
}

describe('a model in a process of its own', () => {
  it('answers from another process', async () => {
    const host = await start();
    const answer = await begin(host, Obey, { behaviour: 'echo', text: 'hello' }).response;
    expect(answer.text).toBe('hello');
    expect(answer.pid).toBe(pidOf(host));
    expect(answer.pid).not.toBe(process.pid);
  });

  it('is loaded once for many requests', async () => {
    const host = await start();
    const answers = await Promise.all([1, 2, 3].map((n) => begin(host, Obey, { behaviour: 'echo', text: `${n}` }).response));
    expect(answers.map(({ text }) => text)).toEqual(['1', '2', '3']);
    expect(host.stats().models[0]).toMatchObject({ loads: 1, restarts: 0, succeeded: 3, failed: 0, state: 'idle', devices: ['cpu'] });
  });

  it('gets device, component device, threads and weight files', async () => {
    const weights = await mkdtemp(join(tmpdir(), 'vision-'));
    await writeFile(join(weights, 'net.onnx'), 'x');
    const devices = { cpu: { memory: '8GiB' }, 'cuda:0': { memory: '8GiB', threads: 3 } };
    const host = await start({ weights }, { devices, placement: { faulty: { net: 'cpu', '*': 'cuda:0' } } });
    const answer = await begin(host, Obey, { behaviour: 'echo' }).response;
    expect(answer.text).toBe(`cuda:0 cpu 3 ${join(weights, 'net.onnx')}`);
    expect(host.stats().devices.map(({ device, usedBytes }) => [device, usedBytes / 2 ** 20])).toEqual([
      ['cpu', 256],
      ['cuda:0', 768],
    ]);
  });

  it('gets no secrets from the environment', async () => {
    process.env.VISION_API_KEY = 'secret';
    process.env.AWS_SECRET_ACCESS_KEY = 'secret';
    process.env.CUDA_VISIBLE_DEVICES = '0';
    try {
      const host = await start();
      const { text } = await begin(host, Obey, { behaviour: 'environment' }).response;
      const environment: Record<string, string> = JSON.parse(text);
      expect(environment).toMatchObject({ PATH: process.env.PATH, CUDA_VISIBLE_DEVICES: '0' });
      expect(Object.keys(environment)).not.toContain('VISION_API_KEY');
      expect(text).not.toContain('secret');
    } finally {
      for (const name of ['VISION_API_KEY', 'AWS_SECRET_ACCESS_KEY', 'CUDA_VISIBLE_DEVICES']) delete process.env[name];
    }
  });

  it('keeps what it compiles in the folder of its user, never in the one for temporary files that all users share', async () => {
    const own = await mkdtemp(join(tmpdir(), 'vision-'));
    vi.stubEnv('HOME', join(own, 'home')).stubEnv('TMPDIR', join(own, 'tmp'));
    try {
      await begin(await start(), Obey, { behaviour: 'echo' }).response;
      expect(await readdir(own)).toEqual(['home']);
      expect(await readdir(join(own, 'home', '.cache', 'vision-sdk'))).toEqual(['compiled']);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it('sends steps and pieces of a stream in order', async () => {
    const host = await start();
    const seen: string[] = [];
    await begin(
      host,
      Obey,
      { behaviour: 'stream' },
      { onStep: (step, total) => seen.push(`${step}/${total}`), onChunk: ({ part }) => seen.push(`part ${part}`) },
    ).response;
    expect(seen.filter((line) => line.includes('/'))).toEqual(['1/2', '2/2']);
    expect(seen.filter((line) => line.startsWith('part'))).toEqual(['part 1', 'part 2', 'part 3']);
  });

  it('sends its log to the host', async () => {
    const lines: unknown[] = [];
    const take = (fields: object, message: string) => lines.push([message, fields]);
    const host = await start({}, { log: { debug: take, info: take, warn: take, error: take } });
    await begin(host, Obey, { behaviour: 'echo' }).response;
    expect(lines).toContainEqual(['loading', { model: 'faulty', device: 'cpu' }]);
  });
});

describe('faults of a running model', () => {
  it('names plugin, model and synapse when run throws, and serves on', async () => {
    const host = await start();
    const error = await errorOf(begin(host, Obey, { behaviour: 'throw' }).response);
    expect(error.code).toBe('VISION_HOST_JOB_FAILED');
    expect(error.message).toBe('Model "faulty" of vision-plugin-faulty failed on a Obey request: out of paint');
    await expect(begin(host, Obey, { behaviour: 'echo', text: 'on' }).response).resolves.toMatchObject({ text: 'on' });
    expect(host.stats().models[0]).toMatchObject({ loads: 1, failed: 1, succeeded: 1 });
  });

  it('refuses a response that does not pass its own schema', async () => {
    const host = await start();
    const error = await errorOf(begin(host, Obey, { behaviour: 'rubbish' }).response);
    expect(error.code).toBe('VISION_HOST_RESPONSE_INVALID');
    expect(error.message).toContain('text: ');
  });

  it('fails a response that cannot be sent, and serves on', async () => {
    const host = await start();
    expect((await errorOf(begin(host, Obey, { behaviour: 'unsendable' }).response)).code).toBe('VISION_HOST_JOB_FAILED');
    await expect(begin(host, Obey, { behaviour: 'echo' }).response).resolves.toBeDefined();
  });

  it('restarts a worker killed in the middle of a job and tries the job once more', async () => {
    const host = await start();
    const waiting = begin(host, Obey, { behaviour: 'wait' });
    await waiting.started;
    const first = pidOf(host);
    const again = Promise.withResolvers<void>();
    const second = begin(host, Obey, { behaviour: 'die-once', file: await counter(1), text: 'done' }, { onStep: () => again.resolve() });
    process.kill(first, 'SIGKILL');
    waiting.abort();
    await expect(second.response).resolves.toMatchObject({ text: 'done' });
    expect(host.stats().models[0]).toMatchObject({ restarts: 2, succeeded: 1 });
    expect(pidOf(host)).not.toBe(first);
  });

  it('gives a clear error when the job kills its worker twice', async () => {
    const host = await start();
    const error = await errorOf(begin(host, Obey, { behaviour: 'die' }).response);
    expect(error.code).toBe('VISION_HOST_WORKER_DIED');
    expect(error.message).toBe('The process of model "faulty" was killed by SIGKILL during a request, 2 times in a row.');
    expect(error.hint).toMatch(/ran out of memory/);
    await expect(begin(host, Obey, { behaviour: 'echo' }).response).resolves.toBeDefined();
    expect(host.stats().models[0]).toMatchObject({ loads: 3, failed: 1, succeeded: 1 });
  });

  it('tries a job as often as it is told', async () => {
    const host = await start({}, { limits: { attempts: 1 } });
    const error = await errorOf(begin(host, Obey, { behaviour: 'die' }).response);
    expect(error.message).toBe('The process of model "faulty" was killed by SIGKILL during a request.');
    expect(host.stats().models[0]).toMatchObject({ loads: 1, failed: 1 });
  });

  it('survives a plugin that exits the process', async () => {
    const host = await start();
    const error = await errorOf(begin(host, Obey, { behaviour: 'exit' }).response);
    expect(error.message).toContain('exited with code 3 during a request');
    expect(error.hint).toBe('Look for lack of memory (`dmesg`, `nvidia-smi`) and at the last output.');
    await expect(begin(host, Obey, { behaviour: 'echo' }).response).resolves.toBeDefined();
  });

  it('does not repeat a stream whose pieces the caller already has', async () => {
    const host = await start();
    const parts: number[] = [];
    const error = await errorOf(begin(host, Obey, { behaviour: 'stream-die' }, { onChunk: ({ part }) => parts.push(part) }).response);
    expect(error.code).toBe('VISION_HOST_WORKER_DIED');
    expect(error.details).toMatchObject({ attempts: 1 });
    expect(new Set(parts).size).toBe(parts.length);
  });

  it('shows the last output of a process that died', async () => {
    const host = await start();
    const error = await errorOf(begin(host, Obey, { behaviour: 'console' }).response);
    expect(error.message).toContain('Last output: no more paint');
  });
});

describe('faults of a load', () => {
  it('says what load threw', async () => {
    const host = await start({ load: 'throw' });
    const error = await errorOf(begin(host, Obey, { behaviour: 'echo' }).response);
    expect(error.code).toBe('VISION_HOST_LOAD_FAILED');
    expect(error.message).toBe('Model "faulty" of vision-plugin-faulty could not be loaded: the weights are upside down');
  });

  it('names a missing weight file and what to do', async () => {
    const host = await start({ weights: '/nowhere' });
    const error = await errorOf(begin(host, Obey, { behaviour: 'echo' }).response);
    expect(error.code).toBe('VISION_HOST_WEIGHTS_MISSING');
    expect(error.message).toContain('/nowhere/net.onnx');
  });

  it('ends a load that hangs', async () => {
    const host = await start({ load: 'hang' }, { limits: { loadTimeoutMs: 50 } });
    const error = await errorOf(begin(host, Obey, { behaviour: 'echo' }).response);
    expect(error.code).toBe('VISION_HOST_LOAD_TIMEOUT');
    expect(host.stats().models[0]).toMatchObject({ state: 'absent' });
    expect(host.stats().devices[0]?.usedBytes).toBe(0);
  });

  it('loads again when the process dies during the load', async () => {
    const host = await start({ load: 'count', file: await counter(2) });
    await expect(begin(host, Obey, { behaviour: 'echo', text: 'up' }).response).resolves.toMatchObject({ text: 'up' });
    expect(host.stats().models[0]?.loads).toBe(3);
  });

  it.each(['die', 'exit'] as const)('leaves a model alone for a while that crashes in every load (%s)', async (load) => {
    let now = 0;
    const host = await start({ load }, { clock: { now: () => now, after: () => () => {} }, limits: { backoffMs: 1000, maxCrashes: 3 } });
    const first = await errorOf(begin(host, Obey, { behaviour: 'echo' }).response);
    expect(first.code).toBe('VISION_HOST_LOAD_CRASHED');
    expect(host.stats().models[0]).toMatchObject({ state: 'broken', loads: 3 });
    const second = await errorOf(begin(host, Obey, { behaviour: 'echo' }).response);
    expect(second.code).toBe('VISION_HOST_MODEL_BROKEN');
    expect(second.details).toMatchObject({ failures: 3, retryAfterSeconds: 1 });
    now = 1001;
    expect((await errorOf(begin(host, Obey, { behaviour: 'echo' }).response)).code).toBe('VISION_HOST_LOAD_CRASHED');
    expect(host.stats().models[0]?.loads).toBe(4);
    expect((await errorOf(begin(host, Obey, { behaviour: 'echo' }).response)).details).toMatchObject({ failures: 4, retryAfterSeconds: 2 });
  });

  it('fails to start when a pinned model cannot be loaded', async () => {
    const error = await errorOf(start({ load: 'throw' }, { pinned: ['faulty'] }));
    expect(error.code).toBe('VISION_HOST_LOAD_FAILED');
  });

  it('loads a pinned model at once, and again when its process dies', async () => {
    const host = await start({}, { pinned: ['faulty'] });
    const first = pidOf(host);
    process.kill(first, 'SIGKILL');
    const isAnother = () => host.stats().models[0]?.state === 'idle' && host.stats().models[0]?.pid !== first;
    await expect.poll(isAnother, { timeout: 4000 }).toBe(true);
  });
});

describe('cancelling', () => {
  it('crosses the process boundary', async () => {
    const host = await start();
    const job = begin(host, Obey, { behaviour: 'wait' });
    await job.started;
    const pid = pidOf(host);
    job.abort(new Error('enough'));
    expect((await errorOf(job.response)).message).toBe('enough');
    await expect(begin(host, Obey, { behaviour: 'echo' }).response).resolves.toMatchObject({ pid });
    expect(host.stats().models[0]).toMatchObject({ aborted: 1, succeeded: 1, restarts: 0 });
  });

  it('kills a worker that does not listen', async () => {
    const host = await start({}, { limits: { cancelGraceMs: 10 } });
    const job = begin(host, Obey, { behaviour: 'deaf' });
    await job.started;
    const pid = pidOf(host);
    job.abort();
    const next = await begin(host, Obey, { behaviour: 'echo' }).response;
    expect(next.pid).not.toBe(pid);
    expect(host.stats().models[0]).toMatchObject({ aborted: 1, restarts: 1 });
  });

  it('tells others on a worker that was killed for it what happened, and not to look for lack of memory', async () => {
    const host = await start({ concurrency: 2 }, { limits: { cancelGraceMs: 10, attempts: 1 } });
    const [deaf, other] = [begin(host, Obey, { behaviour: 'deaf' }), begin(host, Obey, { behaviour: 'wait' })];
    await Promise.all([deaf.started, other.started]);
    deaf.abort();
    const error = await errorOf(other.response);
    expect(error.message).toContain('was ended by the host, as it did not give up a cancelled request, during a request');
    expect(error.hint).not.toContain('Most likely the machine ran out of memory');
  });

  it('removes a request that waits, and one whose model is still loading', async () => {
    const host = await start({ load: 'hang' }, { limits: { loadTimeoutMs: 60_000 } });
    const job = begin(host, Obey, { behaviour: 'echo' });
    await expect.poll(() => host.stats().models[0]?.state).toBe('loading');
    job.abort(new Error('no longer wanted'));
    expect((await errorOf(job.response)).message).toBe('no longer wanted');
    expect(host.stats().devices[0]?.queued).toBe(0);
    expect(host.stats().models[0]?.aborted).toBe(1);
  });
});

describe('signals to the process group', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('%s does not end a worker: the host lets running requests end first', async (signal) => {
    const host = await start();
    const { pid } = await begin(host, Obey, { behaviour: 'echo' }).response;
    process.kill(pid, signal);
    await expect(begin(host, Obey, { behaviour: 'echo' }).response).resolves.toMatchObject({ pid });
    expect(host.stats().models[0]).toMatchObject({ restarts: 0, loads: 1 });
  });
});

describe('the end', () => {
  it('disposing ends all processes and answers open requests', async () => {
    const host = await start({}, { limits: { stopGraceMs: 100 } });
    const job = begin(host, Obey, { behaviour: 'deaf' });
    await job.started;
    const pid = pidOf(host);
    await host[Symbol.asyncDispose]();
    expect((await errorOf(job.response)).code).toBe('VISION_HOST_STOPPED');
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it('disposing ends a load under way', async () => {
    const host = await start({ load: 'hang' });
    const job = begin(host, Obey, { behaviour: 'echo' });
    await expect.poll(() => host.stats().models[0]?.state).toBe('loading');
    await host[Symbol.asyncDispose]();
    expect((await errorOf(job.response)).code).toBe('VISION_HOST_STOPPED');
  });
});
