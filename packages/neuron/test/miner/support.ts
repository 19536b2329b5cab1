import {
  type AnySynapse,
  type ChainDefinition,
  defineSynapse,
  type FilterDefinition,
  type Neuron,
  type RequestInput,
  type ResponseFilter,
  type ResponseOf,
  silentLog,
} from '@vision-sdk/core';
import { FakeChain, fakeNeuron } from '@vision-sdk/core/testing';
import { z } from 'zod';
import { resolveConfig } from '../../src/host/config.ts';
import type { VisionConfig } from '../../src/host/config-schema.ts';
import type { Dispatcher, DispatcherStats, RunOptions } from '../../src/host/dispatcher-types.ts';
import { createRegistry, type Registry } from '../../src/host/registry.ts';
import { createMiner } from '../../src/miner/create-miner.ts';
import { createDendrite } from '../../src/validator/dendrite.ts';
import { keypairFromSeed } from '../../src/wire/keypair.ts';

export const minerKey = keypairFromSeed(new Uint8Array(32).fill(11));
export const validatorKey = keypairFromSeed(new Uint8Array(32).fill(12));
export const strangerKey = keypairFromSeed(new Uint8Array(32).fill(13));
export const TAO = 1_000_000_000n;

const market = { work: () => 1, price: () => 1, refresh: <R>(request: R): R => request };

/** An operation of this test: says a word back. */
export const Echo = defineSynapse({
  name: 'Echo',
  version: 1,
  timeoutMs: 10_000,
  request: z.object({ word: z.string() }),
  response: z.object({ word: z.string(), error_message: z.string().nullable().default(null) }),
  hashed: ['word'],
  market,
});

/** The same, word by word. */
export const Recite = defineSynapse({
  name: 'Recite',
  version: 1,
  timeoutMs: 10_000,
  request: z.object({ words: z.array(z.string()) }),
  response: z.object({ count: z.int() }),
  chunk: z.string(),
  hashed: ['words'],
  market,
});

/** An operation without a market: for the miner's own use. */
export const Whisper = defineSynapse({ name: 'Whisper', version: 1, timeoutMs: 10_000, request: z.object({}), response: z.object({}) });

type Work = (synapse: AnySynapse, request: never, options: RunOptions<AnySynapse>) => Promise<unknown>;

/** A dispatcher that does what the test says. */
export class FakeDispatcher implements Dispatcher {
  work: Work;
  readonly synapses: readonly AnySynapse[];
  readonly priorities: number[] = [];
  figures: DispatcherStats = {
    devices: [{ device: 'cpu', memoryBytes: 8, usedBytes: 4, running: 1, queued: 2, queueLimit: 32 }],
    models: [
      { model: 'echo', state: 'idle', devices: ['cpu'], loads: 1, restarts: 3, succeeded: 0, failed: 0, aborted: 0, runMs: 0, pid: 4711 },
    ],
  };

  constructor(work: Work = async (_synapse, request) => request, synapses: readonly AnySynapse[] = [Echo, Recite, Whisper]) {
    this.work = work;
    this.synapses = synapses;
  }

  async run<S extends AnySynapse>(synapse: S, request: RequestInput<S>, options: RunOptions<S>): Promise<ResponseOf<S>> {
    this.priorities.push(options.priority ?? 0);
    return (await this.work(synapse, request as never, options as never)) as ResponseOf<S>;
  }

  serves: Dispatcher['serves'] = () => true;
  served = () => this.synapses;
  stats = () => this.figures;
  drain = async () => {};
  async [Symbol.asyncDispose]() {}
}

export function filterOf(
  id: string,
  apply: (response: Record<string, unknown>) => Record<string, unknown> | Promise<Record<string, unknown>>,
  disposed: string[] = [],
): FilterDefinition {
  const filter = {
    apply: async (_synapse: unknown, _request: unknown, response: Record<string, unknown>) => apply(response),
    async [Symbol.asyncDispose]() {
      disposed.push(id);
    },
  };
  return { id, create: () => filter as unknown as ResponseFilter };
}

/** The chain that configs name by default; tests give the chain itself as a value. */
const HERE: ChainDefinition = { id: 'local-chain', local: true, connect: () => Promise.reject(new Error('Tests give a chain.')) };

/** A registry without plugins, with these filters. */
export async function registryWith(filters: readonly FilterDefinition[] = []): Promise<Registry> {
  const chains = new Map([['local-chain', HERE]]);
  return { ...(await createRegistry([])), chains, filters: new Map(filters.map((filter) => [filter.id, filter])) };
}

/** Miner, validator with 10,000 TAO and, with `neurons`, more. */
export function subnetOf(neurons: readonly Neuron[] = []): FakeChain {
  const { axon: _none, ...silent } = fakeNeuron(0, { hotkey: validatorKey.address, stakeRao: 10_000n * TAO, validatorPermit: true });
  return new FakeChain({ neurons: [silent, fakeNeuron(1, { hotkey: minerKey.address }), ...neurons] });
}

/** A miner on a free port with everything around it faked, and a validator that asks it. */
export async function minerWith(
  parts: { dispatcher?: FakeDispatcher; chain?: FakeChain; filters?: readonly FilterDefinition[]; config?: VisionConfig } = {},
) {
  const { dispatcher = new FakeDispatcher(), chain = subnetOf(), filters = [] } = parts;
  const { miner: settings, ...rest } = parts.config ?? {};
  const config = resolveConfig({ ...rest, filters: filters.map(({ id }) => id), miner: { host: '127.0.0.1', port: 0, ...settings } });
  const registry = await registryWith(filters);
  const miner = await createMiner({ config, registry, chain, keypair: minerKey, dispatcher, log: silentLog });
  const dendrite = createDendrite({ keypair: validatorKey, log: silentLog });
  const neuron = fakeNeuron(1, { hotkey: minerKey.address, axon: miner.endpoint });
  const url = `http://${miner.endpoint.host}:${miner.endpoint.port}`;
  return {
    miner,
    dendrite,
    dispatcher,
    chain,
    neuron,
    url,
    ask: <S extends AnySynapse>(synapse: S, request: RequestInput<S>) => dendrite.ask(neuron, synapse, request),
    async [Symbol.asyncDispose]() {
      await dendrite[Symbol.asyncDispose]();
      await miner[Symbol.asyncDispose]();
    },
  };
}

/** Lets everything that is ready run. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}
