import { createServer } from 'node:net';
import { type AnySynapse, type Neuron, silentLog, VisionError } from '@vision-sdk/core';
import { AvailableOperations } from '@vision-sdk/core/synapses';
import { FakeChain, fakeNeuron } from '@vision-sdk/core/testing';
import { describe, expect, it } from 'vitest';
import type { RunOptions } from '../../src/host/dispatcher-types.ts';
import { fail } from '../../src/host/errors.ts';
import { createDendrite } from '../../src/validator/dendrite.ts';
import { Echo, FakeDispatcher, filterOf, minerKey, minerWith, Recite, settled, strangerKey, subnetOf, TAO, Whisper } from './support.ts';

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return VisionError.is(error) ? error.code : `no VisionError: ${String(error)}`;
}

function withoutAxon({ axon: _lost, ...neuron }: Neuron): Neuron {
  return neuron;
}

describe('a miner over HTTP', () => {
  it('answers what it serves, with the request of a caller it knows', async () => {
    await using net = await minerWith();
    const answer = await net.ask(Echo, { word: 'hello' });
    expect(answer.outcome).toEqual({ ok: true, response: { word: 'hello', error_message: null } });
  });

  it('streams pieces as they are made', async () => {
    const recite = new FakeDispatcher(async (_synapse, request: { words: string[] }, { onChunk }) => {
      for (const word of request.words) onChunk?.(word as never);
      return { count: request.words.length };
    });
    await using net = await minerWith({ dispatcher: recite });
    const stream = net.dendrite.stream(net.neuron, Recite, { words: ['a', 'b', 'c'] });
    const pieces: string[] = [];
    for await (const piece of stream) pieces.push(piece);
    expect(pieces).toEqual(['a', 'b', 'c']);
  });

  it('says which operations it has as Vision does, with the models beside them', async () => {
    await using net = await minerWith();
    const { outcome } = await net.ask(AvailableOperations, {});
    expect(outcome).toEqual({
      ok: true,
      response: { available_operations: { Echo: true, Recite: true }, models: { Echo: [], Recite: [] } },
    });
  });

  it('tells the chain where it listens', async () => {
    await using net = await minerWith();
    expect((await net.chain.metagraph()).neurons[1]?.axon).toEqual(net.miner.endpoint);
  });

  it('announces itself again when the chain has lost its axon', async () => {
    await using net = await minerWith();
    const { chain } = net;
    const told: unknown[] = [];
    const metagraph = chain.metagraph.bind(chain);
    chain.metagraph = async () => ({
      ...(await metagraph()),
      neurons: [fakeNeuron(0), withoutAxon(fakeNeuron(1, { hotkey: minerKey.address }))],
    });
    chain.serveAxon = async (_hotkey, endpoint) => {
      told.push(endpoint);
      return { block: 26, status: 'included' };
    };
    chain.advance(25);
    await settled();
    expect(told).toEqual([net.miner.endpoint]);
  });

  it('refuses a hotkey that is not in the metagraph and one with too little stake', async () => {
    await using net = await minerWith();
    await using stranger = createDendrite({ keypair: strangerKey, log: silentLog });
    const refused = await stranger.ask(net.neuron, Echo, { word: 'x' });
    expect(refused.outcome).toMatchObject({ ok: false, failure: 'refused', detail: expect.stringContaining('not registered') });
    await using poor = await minerWith({ chain: subnetOf([fakeNeuron(2, { hotkey: strangerKey.address, stakeRao: 4999n * TAO })]) });
    const low = await stranger.ask(poor.neuron, AvailableOperations, {});
    expect(low.outcome).toMatchObject({ ok: false, failure: 'refused', detail: expect.stringContaining('4999.00 TAO') });
  });

  it('lets a newcomer in once the next block has shown it', async () => {
    await using net = await minerWith({ config: { miner: { minStakeTao: 0 } } });
    await using newcomer = createDendrite({ keypair: strangerKey, log: silentLog });
    expect((await newcomer.ask(net.neuron, Echo, { word: 'x' })).outcome.ok).toBe(false);
    await net.chain.register({ hotkey: strangerKey.address });
    expect((await newcomer.ask(net.neuron, Echo, { word: 'x' })).outcome.ok).toBe(false);
    net.chain.advance();
    await settled();
    expect((await newcomer.ask(net.neuron, Echo, { word: 'x' })).outcome.ok).toBe(true);
  });

  it('hands the priority on to the dispatcher', async () => {
    await using net = await minerWith();
    for (let time = 0; time < 3; time++) await net.ask(Echo, { word: 'x' });
    expect(net.dispatcher.priorities).toEqual([1, 1, 1]);
    await using shared = await minerWith({ chain: subnetOf([fakeNeuron(2, { stakeRao: 30_000n * TAO })]) });
    for (let time = 0; time < 3; time++) await shared.ask(Echo, { word: 'x' });
    expect(shared.dispatcher.priorities).toEqual([1, 0.25, 0.25]);
  });

  it('answers 429 when the queue of the device is full, and the dendrite sees a busy miner', async () => {
    const full = new FakeDispatcher(async () => {
      throw fail('QUEUE_FULL', { device: 'cpu', queued: 32, retryAfterSeconds: 9 });
    });
    await using net = await minerWith({ dispatcher: full });
    expect((await net.ask(Echo, { word: 'x' })).outcome).toMatchObject({ ok: false, failure: 'busy' });
  });

  it('answers 429 when as many requests are open as the config allows', async () => {
    const release = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const slow = new FakeDispatcher(async (_synapse, request) => {
      begun.resolve();
      await release.promise;
      return request;
    });
    await using net = await minerWith({ dispatcher: slow, config: { miner: { queue: 1 } } });
    const first = net.ask(Echo, { word: 'first' });
    await begun.promise;
    expect((await net.ask(Echo, { word: 'second' })).outcome).toMatchObject({ ok: false, failure: 'busy' });
    release.resolve();
    expect((await first).outcome.ok).toBe(true);
    expect((await net.ask(Echo, { word: 'third' })).outcome.ok).toBe(true);
  });

  it('tells the caller what is wrong with its request, and nothing of its own troubles', async () => {
    const failing = new FakeDispatcher(async () => {
      throw fail('NOT_ACCEPTED', { synapse: 'Echo', models: ['m'], issues: [{ path: 'steps', message: 'must be 6 to 14' }] });
    });
    await using net = await minerWith({ dispatcher: failing });
    expect((await net.ask(Echo, { word: 'x' })).outcome).toMatchObject({ ok: false, detail: expect.stringContaining('must be 6 to 14') });
    failing.work = async () => {
      throw new Error('/home/someone/secret/path');
    };
    const { outcome } = await net.ask(Echo, { word: 'x' });
    expect(outcome).toMatchObject({ ok: false, failure: 'error' });
    expect(JSON.stringify(outcome)).not.toContain('secret');
    failing.work = async (_synapse, request) => request;
    expect((await net.ask(Echo, { word: 'still alive' })).outcome.ok).toBe(true);
  });

  it('aborts the work when the caller hangs up', async () => {
    const aborted = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const endless = new FakeDispatcher((_synapse, _request, { signal }) => {
      begun.resolve();
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          aborted.resolve();
          reject(signal.reason);
        });
      });
    });
    await using net = await minerWith({ dispatcher: endless });
    const caller = new AbortController();
    const answer = net.dendrite.ask(net.neuron, Echo, { word: 'x' }, { signal: caller.signal });
    await begun.promise;
    caller.abort();
    await aborted.promise;
    expect((await answer).outcome.ok).toBe(false);
  });
});

describe('filters', () => {
  const append = (letter: string) => (response: Record<string, unknown>) => ({ ...response, word: `${response.word}${letter}` });

  it('change responses in the order of the config and are disposed of in reverse', async () => {
    const disposed: string[] = [];
    const filters = [filterOf('b', append('b'), disposed), filterOf('a', append('a'), disposed)];
    {
      await using net = await minerWith({ filters });
      expect((await net.ask(Echo, { word: '' })).outcome).toMatchObject({ ok: true, response: { word: 'ba' } });
    }
    expect(disposed).toEqual(['a', 'b']);
  });

  it('can withhold: the answer has the error message and no picture', async () => {
    await using net = await minerWith({ filters: [filterOf('safety', () => ({ word: '', error_message: 'error_nsfw_image' }))] });
    expect((await net.ask(Echo, { word: 'bare' })).outcome).toMatchObject({ ok: false, failure: 'withheld' });
  });

  it('that fail hold the response back', async () => {
    const broken = filterOf('safety', () => {
      throw new Error('classifier gone');
    });
    await using net = await minerWith({ filters: [broken] });
    const { outcome } = await net.ask(Echo, { word: 'unchecked' });
    expect(outcome).toMatchObject({ ok: false, failure: 'error' });
    expect(JSON.stringify(outcome)).not.toContain('unchecked');
  });

  it('that nobody contributes are an error at the start that lists those there are', async () => {
    const options = { filters: [filterOf('hashes', (response) => response)], config: { filters: ['hashed'] } };
    await using net = await minerWith(options);
    expect(net.miner.endpoint.port).toBeGreaterThan(0);
    const { createMiner } = await import('../../src/miner/create-miner.ts');
    const { resolveConfig } = await import('../../src/host/config.ts');
    const { registryWith } = await import('./support.ts');
    const registry = await registryWith(options.filters);
    const config = resolveConfig({ filters: ['hashed'], miner: { host: '127.0.0.1', port: 0 } });
    const start = createMiner({ config, registry, chain: subnetOf(), keypair: minerKey, dispatcher: new FakeDispatcher(), log: silentLog });
    expect(await codeOf(start)).toBe('VISION_HOST_FILTER_UNKNOWN');
  });
});

describe('what is not for others', () => {
  it('an operation without a market is neither listed nor routed', async () => {
    await using net = await minerWith();
    const { outcome } = await net.ask(AvailableOperations, {});
    expect(outcome).toMatchObject({ ok: true, response: { available_operations: { Echo: true, Recite: true } } });
    expect(JSON.stringify(outcome)).not.toContain('Whisper');
    expect((await net.ask(Whisper, {})).outcome).toMatchObject({ ok: false });
  });

  const reciting = new FakeDispatcher(async (_synapse, request, { onChunk }: RunOptions<AnySynapse>) => {
    const { words } = request as { words: string[] };
    for (const word of words) onChunk?.(word as never);
    return { count: words.length };
  });
  const piecesThrough = async (apply: Parameters<typeof filterOf>[1]) => {
    await using net = await minerWith({ dispatcher: reciting, filters: [filterOf('careful', apply)] });
    const pieces: string[] = [];
    for await (const piece of net.dendrite.stream(net.neuron, Recite, { words: ['a', 'b'] })) pieces.push(piece);
    return pieces.join('');
  };

  it('pieces of a stream leave once the filters let the answer pass', async () => {
    expect(await piecesThrough((response) => response)).toBe('ab');
  });

  it('no piece of a stream leaves when a filter changes the answer or fails', async () => {
    expect(await piecesThrough((response) => ({ ...response, count: 0 }))).toBe('');
    expect(await piecesThrough(() => Promise.reject(new Error('no checker')))).toBe('');
  });
});

describe('health and metrics', () => {
  it('health shows models, queue and chain', async () => {
    await using net = await minerWith();
    const response = await fetch(`${net.url}/health`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      ok: true,
      hotkey: minerKey.address,
      uid: 1,
      problems: [],
      open: 0,
      queue: { cpu: { running: 1, queued: 2, limit: 32 } },
      models: { echo: { state: 'idle', restarts: 3, pid: 4711 } },
      chain: { block: 1, ageMs: expect.any(Number) },
    });
  });

  it('have a port of their own by the config, and then the axon shows neither', async () => {
    await using net = await minerWith({ config: { miner: { metricsPort: 0 } } });
    expect(net.miner.metrics).toMatchObject({ host: '127.0.0.1', port: expect.any(Number) });
    const own = `http://127.0.0.1:${net.miner.metrics?.port}`;
    expect(net.miner.metrics?.port).not.toBe(net.miner.endpoint.port);
    const statuses = async (url: string) => Promise.all(['/health', '/metrics'].map(async (path) => (await fetch(`${url}${path}`)).status));
    expect(await statuses(own)).toEqual([200, 200]);
    expect(await statuses(net.url)).toEqual([404, 404]);
    expect((await net.ask(Echo, { word: 'x' })).outcome.ok).toBe(true);
    expect((await fetch(`${own}/Echo`)).status).toBe(404);
    await net.miner.drain();
    await expect(fetch(`${own}/health`)).rejects.toThrow('fetch failed');
  });

  it('say when their port is taken', async () => {
    await using net = await minerWith();
    const { port } = net.miner.endpoint;
    await expect(minerWith({ config: { miner: { metricsPort: port } } })).rejects.toMatchObject({ code: 'VISION_WIRE_PORT_IN_USE' });
  });

  it('health names what is wrong', async () => {
    const dispatcher = new FakeDispatcher();
    dispatcher.figures = { ...dispatcher.figures, models: [{ ...dispatcher.figures.models[0]!, state: 'broken' }] };
    await using net = await minerWith({ dispatcher, chain: new FakeChain() });
    const { problems } = (await (await fetch(`${net.url}/health`)).json()) as { problems: string[] };
    expect(problems).toEqual([expect.stringContaining('is not registered'), 'model echo cannot be loaded']);
  });

  it('health names a filter that calls what nothing serves', async () => {
    const dispatcher = new FakeDispatcher();
    const calling = [
      { ...filterOf('careful', (response) => response), calls: [Recite] },
      { ...filterOf('able', (response) => response), calls: [Echo] },
    ];
    dispatcher.serves = ({ name }) => name !== Recite.name;
    await using net = await minerWith({ dispatcher, filters: calling });
    const { problems } = (await (await fetch(`${net.url}/health`)).json()) as { problems: string[] };
    expect(problems).toEqual([
      'the filter careful cannot work and may withhold every answer: it calls Recite, and no plugin brings a model for it',
    ]);
  });

  it('health says that a miner without a model that fits serves nothing', async () => {
    const dispatcher = new FakeDispatcher(undefined, []);
    await using net = await minerWith({ dispatcher });
    const { problems } = (await (await fetch(`${net.url}/health`)).json()) as { problems: string[] };
    expect(problems).toEqual([expect.stringContaining('no operation is served')]);
  });

  it('metrics count requests by operation and outcome, and show queue, workers and admission', async () => {
    await using net = await minerWith();
    await using stranger = createDendrite({ keypair: strangerKey, log: silentLog });
    await net.ask(Echo, { word: 'x' });
    await net.ask(Echo, { word: 'y' });
    await stranger.ask(net.neuron, Echo, { word: 'z' });
    net.dispatcher.work = async () => {
      throw new Error('boom');
    };
    await net.ask(Echo, { word: 'x' });
    const response = await fetch(`${net.url}/metrics`);
    expect(response.headers.get('content-type')).toContain('text/plain');
    const lines = (await response.text()).split('\n');
    for (const line of [
      'vision_miner_requests_total{synapse="Echo",outcome="ok"} 2',
      'vision_miner_requests_total{synapse="Echo",outcome="refused"} 1',
      'vision_miner_requests_total{synapse="Echo",outcome="error"} 1',
      'vision_miner_request_seconds_count{synapse="Echo"} 2',
      'vision_miner_admission_total{decision="admitted"} 3',
      'vision_miner_admission_total{decision="unknown_hotkey"} 1',
      'vision_miner_queue_depth{device="cpu"} 2',
      'vision_miner_worker_restarts_total{model="echo"} 3',
      'vision_miner_model_loaded{model="echo"} 1',
      'vision_miner_open_requests 0',
      'vision_miner_chain_block 1',
    ])
      expect(lines).toContain(line);
  });
});

describe('start and end', () => {
  it('drains: what runs is answered, what comes later is not, and draining again is harmless', async () => {
    const release = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const slow = new FakeDispatcher(async (_synapse, request) => {
      begun.resolve();
      await release.promise;
      return request;
    });
    await using net = await minerWith({ dispatcher: slow });
    const running = net.ask(Echo, { word: 'running' });
    await begun.promise;
    const drained = Promise.all([net.miner.drain(), net.miner.drain()]);
    const late = await net.ask(Echo, { word: 'late' });
    expect(late.outcome).toMatchObject({ ok: false });
    release.resolve();
    expect((await running).outcome).toMatchObject({ ok: true, response: { word: 'running' } });
    await drained;
    expect((await net.ask(Echo, { word: 'gone' })).outcome).toMatchObject({ ok: false, failure: 'unreachable' });
  });

  it('a port in use is an error that names it, and what was opened is closed', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const disposed: string[] = [];
    const start = minerWith({ config: { miner: { port } }, filters: [filterOf('f', (response) => response, disposed)] });
    expect(await codeOf(start)).toBe('VISION_WIRE_PORT_IN_USE');
    expect(disposed).toEqual(['f']);
    other.close();
  });

  it('a chain that refuses the axon stops the start and frees the port', async () => {
    const chain = subnetOf();
    chain.serveAxon = async () => Promise.reject(new Error('not today'));
    await expect(minerWith({ chain })).rejects.toThrow('not today');
  });

  it('needs to know where validators reach it, unless the chain is local', async () => {
    const wild = { miner: { host: '0.0.0.0' } };
    expect(await codeOf(minerWith({ config: { ...wild, chain: 'subtensor' } }))).toBe('VISION_MINER_EXTERNAL_HOST_NEEDED');
    await using local = await minerWith({ config: wild });
    expect((await local.chain.metagraph()).neurons[1]?.axon).toEqual({ host: '127.0.0.1', port: local.miner.endpoint.port });
    const given = { miner: { host: '0.0.0.0', externalHost: '203.0.113.5', externalPort: 80 } };
    await using far = await minerWith({ config: { ...given, chain: 'subtensor' } });
    expect((await far.chain.metagraph()).neurons[1]?.axon).toEqual({ host: '203.0.113.5', port: 80 });
  });
});
