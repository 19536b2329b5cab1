import { silentLog } from '@vision-sdk/core';
import { FakeChain, fakeNeuron } from '@vision-sdk/core/testing';
import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../src/host/config.ts';
import { createDispatcher } from '../../src/host/dispatcher.ts';
import { createRegistry } from '../../src/host/registry.ts';
import { createMiner } from '../../src/miner/create-miner.ts';
import { createDendrite } from '../../src/validator/dendrite.ts';
import { bodyHash } from '../../src/wire/body-hash.ts';
import { keypairFromSeed } from '../../src/wire/keypair.ts';
import { synapseForm } from '../../src/wire/synapse-form.ts';
import { axonKey, dendriteKey, send, signedHeaders } from '../wire/support.ts';
import { Echo, TAO } from './support.ts';
import { echoPlugin } from './toy-plugin.ts';

const richKey = keypairFromSeed(new Uint8Array(32).fill(21));

/** A model that runs one request at a time and ends each when it is told to. */
function gatedModel() {
  const begun: string[] = [];
  const gates = new Map<string, () => void>();
  const plugin = echoPlugin('gated', async (word) => {
    begun.push(word);
    await new Promise<void>((resolve) => gates.set(word, resolve));
    return word;
  });
  return { begun, plugin, end: (word: string) => gates.get(word)?.() };
}

/** A real miner before a gated model, and two validators: 10,000 TAO and 30,000 TAO. */
async function queueingMiner({ queue = 32 } = {}) {
  const { plugin, begun, end } = gatedModel();
  const chain = new FakeChain({
    neurons: [
      fakeNeuron(0, { hotkey: axonKey.address }),
      fakeNeuron(1, { hotkey: dendriteKey.address, stakeRao: 10_000n * TAO, validatorPermit: true }),
      fakeNeuron(2, { hotkey: richKey.address, stakeRao: 30_000n * TAO, validatorPermit: true }),
    ],
  });
  const config = resolveConfig({ miner: { host: '127.0.0.1', port: 0 }, logLevel: 'silent' });
  const registry = await createRegistry([plugin]);
  const dispatcher = await createDispatcher({ registry, log: silentLog, devices: { cpu: { memory: '1GiB', threads: 1, queue } } });
  const miner = await createMiner({ config, registry, chain, keypair: axonKey, dispatcher, log: silentLog });
  const neuron = fakeNeuron(0, { hotkey: axonKey.address, axon: miner.endpoint });
  const dendrites = [dendriteKey, richKey].map((keypair) => createDendrite({ keypair, log: silentLog }));
  const asker = (index: number) => (word: string) => dendrites[index]!.ask(neuron, Echo, { word });
  const reached = async (condition: () => boolean) => {
    while (!condition()) await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    port: miner.endpoint.port,
    begun,
    end,
    poor: asker(0),
    rich: asker(1),
    running: (word: string) => reached(() => begun.includes(word)),
    waiting: (count: number) => reached(() => dispatcher.stats().devices[0]?.queued === count),
    async [Symbol.asyncDispose]() {
      for (const one of [...dendrites, miner, dispatcher]) await one[Symbol.asyncDispose]();
    },
  };
}

describe('requests of two validators at one busy model', () => {
  it('run in the order of their share: who asks beyond its stake goes behind who does not', async () => {
    await using net = await queueingMiner();
    const answers = [net.poor('poor 1')];
    await net.running('poor 1');
    for (const count of [1, 2, 3]) {
      answers.push(net.poor(`poor ${count + 1}`));
      await net.waiting(count);
    }
    answers.push(net.rich('rich 1'));
    await net.waiting(4);
    for (const word of ['poor 1', 'rich 1', 'poor 2', 'poor 3', 'poor 4']) {
      await net.running(word);
      net.end(word);
    }
    expect((await Promise.all(answers)).every(({ outcome }) => outcome.ok)).toBe(true);
    expect(net.begun[1]).toBe('rich 1');
    expect(net.begun).toHaveLength(5);
  });

  it('are refused with 429 and Retry-After when the queue of the device is full, and served again after', async () => {
    await using net = await queueingMiner({ queue: 1 });
    const first = net.rich('first');
    await net.running('first');
    const second = net.rich('second');
    await net.waiting(1);
    const body = JSON.stringify({ word: 'third' });
    const hash = bodyHash(body, synapseForm(Echo).hashed);
    const { status, headers } = await send(net.port, { path: '/Echo', headers: signedHeaders('Echo', { hash }), body });
    expect(status).toBe(429);
    expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect((await net.poor('fourth')).outcome).toMatchObject({ ok: false, failure: 'busy' });
    net.end('first');
    await net.running('second');
    net.end('second');
    expect((await Promise.all([first, second])).map(({ outcome }) => outcome.ok)).toEqual([true, true]);
    const fifth = net.rich('fifth');
    await net.running('fifth');
    net.end('fifth');
    expect((await fifth).outcome.ok).toBe(true);
    expect(net.begun).toEqual(['first', 'second', 'fifth']);
  });
});
