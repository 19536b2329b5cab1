import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Chain, type Neuron, silentLog, type Uid, VisionError } from '@vision-sdk/core';
import { afterEach, describe, expect, it } from 'vitest';
import { openLocalChain } from '../../../plugins/local-chain/src/index.ts';
import { createWallet } from '../../src/host/wallet.ts';
import { NonceFile } from '../../src/miner/nonce-file.ts';
import { startMiner } from '../../src/miner/start-miner.ts';
import { createDendrite } from '../../src/validator/dendrite.ts';
import { keypairFromSeed, keypairFromUri } from '../../src/wire/keypair.ts';
import { chainOptions, localMinerConfig } from './local-miner.ts';
import { Echo, validatorKey } from './support.ts';

const childFile = (name: string) => fileURLToPath(new URL(`./children/${name}.ts`, import.meta.url));
const SEED = `0x${'07'.repeat(32)}`;

const freshChain = () => join(mkdtempSync(join(tmpdir(), 'vision-miner-')), 'chain.sqlite');

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing[Symbol.asyncDispose]();
});
function kept<T extends AsyncDisposable>(thing: T): T {
  open.push(thing);
  return thing;
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return VisionError.is(error) ? error.code : `no VisionError: ${String(error)}`;
}

/** A validator on the chain: registered before the miners, so that they know it. */
async function validatorOn(file: string) {
  const chain = kept(await openLocalChain(chainOptions(file), { netuid: 19 }));
  await chain.register({ coldkey: validatorKey, hotkey: validatorKey.address });
  const dendrite = kept(createDendrite({ keypair: validatorKey, log: silentLog }));
  return { chain, ask: (neuron: Neuron, word: string) => dendrite.ask(neuron, Echo, { word }) };
}

/** Waits until the epoch that is next has run. */
async function nextEpoch(chain: Chain): Promise<void> {
  const { nextEpochBlock } = await chain.metagraph();
  for await (const block of chain.blocks(AbortSignal.timeout(20_000))) if (block.number >= nextEpochBlock) return;
}

function neuronOf(neurons: readonly Neuron[], hotkey: string): Neuron {
  const neuron = neurons.find((one) => one.hotkey === hotkey);
  if (neuron === undefined) throw new Error(`${hotkey} is not in the metagraph`);
  return neuron;
}

describe('a miner on a local chain, from its config', () => {
  it('registers, announces itself, and answers the validator that found it in the metagraph', async () => {
    const file = freshChain();
    const { chain, ask } = await validatorOn(file);
    const miner = kept(await startMiner(localMinerConfig({ file, seed: '//Miner' })));
    const { neurons } = await chain.metagraph();
    const found = neuronOf(neurons, keypairFromUri('//Miner').address);
    expect(found.axon).toEqual(miner.endpoint);
    expect((await ask(found, 'quiet')).outcome).toEqual({ ok: true, response: { word: 'QUIET', error_message: null } });
    expect((await ask(found, 'this word is longer than twenty letters')).outcome).toMatchObject({ ok: false });
  });

  it('writes used nonces into its file and closes it at the end', async () => {
    const file = freshChain();
    const { chain, ask } = await validatorOn(file);
    const nonces = join(dirname(file), 'miner', 'nonces.sqlite');
    const miner = await startMiner(localMinerConfig({ file, seed: '//Miner', nonces }));
    const { neurons } = await chain.metagraph();
    expect((await ask(neuronOf(neurons, miner.hotkey), 'once')).outcome.ok).toBe(true);
    await miner.drain();
    using kept = NonceFile.open(nonces, { axon: miner.hotkey, log: silentLog })!;
    expect([...kept.read()]).toEqual([{ hotkey: validatorKey.address, uuid: expect.any(String), nonce: expect.any(BigInt) }]);
  });

  it('earns incentive by the weights that the validator sets', async () => {
    const file = freshChain();
    const { chain } = await validatorOn(file);
    const miners = [
      kept(await startMiner(localMinerConfig({ file, seed: '//One' }))),
      kept(await startMiner(localMinerConfig({ file, seed: '//Two' }))),
    ];
    await nextEpoch(chain);
    const shares = { 1: 3, 2: 1 };
    const weights = new Map(Object.entries(shares).map(([uid, share]) => [Number(uid) as Uid, share]));
    await chain.setWeights(validatorKey, weights, { versionKey: 0 });
    await nextEpoch(chain);
    const { neurons } = await chain.metagraph();
    expect(neurons.map(({ incentive }) => incentive)).toEqual([0, expect.closeTo(0.75, 4), expect.closeTo(0.25, 4)]);
    expect(new Set(neurons.slice(1).map(({ hotkey }) => hotkey))).toEqual(new Set(miners.map(({ hotkey }) => hotkey)));
  });

  it('comes back on the same port and chain with the same uid', async () => {
    const file = freshChain();
    const { chain, ask } = await validatorOn(file);
    const first = await startMiner(localMinerConfig({ file, seed: SEED }));
    const { port } = first.endpoint;
    await first.drain();
    await first.stopped;
    const second = kept(await startMiner(localMinerConfig({ file, seed: SEED, port })));
    expect(second.endpoint.port).toBe(port);
    const { neurons } = await chain.metagraph();
    expect(neurons).toHaveLength(2);
    expect((await ask(neuronOf(neurons, second.hotkey), 'back')).outcome.ok).toBe(true);
  });

  it('takes its hotkey from a wallet, which needs no coldkey', async () => {
    const file = freshChain();
    const path = mkdtempSync(join(tmpdir(), 'vision-wallets-'));
    const { hotkey } = await createWallet({ path, name: 'w', hotkey: 'h' });
    const loaded = localMinerConfig({ file, seed: SEED });
    const config = { ...loaded.config, wallet: { path, name: 'w', hotkey: 'h' } };
    const miner = kept(await startMiner({ ...loaded, config }));
    expect(miner.hotkey).toBe(hotkey.address);
  });
});

describe('a start that cannot work says why', () => {
  it.each([
    ['VISION_HOST_CHAIN_UNKNOWN', () => localMinerConfig({ file: freshChain(), seed: SEED, chain: 'subtensor' })],
    ['VISION_LOCAL_CHAIN_DIRECTORY_MISSING', () => localMinerConfig({ file: '/no/such/folder/chain.sqlite', seed: SEED })],
    [
      'VISION_WALLET_NOT_FOUND',
      () => {
        const loaded = localMinerConfig({ file: freshChain(), seed: SEED });
        return { ...loaded, config: { ...loaded.config, wallet: { path: '/no/such/wallets', name: 'w', hotkey: 'h' } } };
      },
    ],
    [
      'VISION_HOST_FILTER_UNKNOWN',
      () => {
        const loaded = localMinerConfig({ file: freshChain(), seed: SEED });
        return { ...loaded, config: { ...loaded.config, filters: ['nsfw'] } };
      },
    ],
  ])('%s', async (code, loaded) => {
    expect(await codeOf(startMiner(loaded()))).toBe(code);
  });

  it('does not register by itself where that costs money', async () => {
    const { ensureRegistered } = await import('../../src/host/registration.ts');
    const chain = kept(await openLocalChain(chainOptions(freshChain()), { netuid: 19 }));
    const identity = { hotkey: keypairFromSeed(SEED) };
    expect(await codeOf(ensureRegistered(chain, identity, { definition: { id: 'subtensor' }, log: silentLog }))).toBe(
      'VISION_HOST_NOT_REGISTERED',
    );
    expect((await chain.metagraph()).neurons).toEqual([]);
  });
});

describe('a miner as a process', () => {
  const startProcess = async (file: string, port: number, program = 'miner') => {
    const child = spawn(
      process.execPath,
      ['--conditions=@vision-sdk/source', '--no-warnings', childFile(program), file, SEED, String(port)],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    kept({
      async [Symbol.asyncDispose]() {
        child.kill('SIGKILL');
      },
    });
    const ended = once(child, 'exit') as Promise<[number | null, string | null]>;
    const [first] = (await Promise.race([once(child.stdout, 'data'), ended])) as [unknown];
    return { child, ended, port: Number(first) };
  };

  it('killed with -9 comes back on the same port, chain and uid, and answers', { timeout: 60_000 }, async () => {
    const file = freshChain();
    const { chain, ask } = await validatorOn(file);
    const hotkey = keypairFromSeed(SEED).address;
    let port = 0;
    for (let life = 0; life < 3; life++) {
      const miner = await startProcess(file, port);
      port = miner.port;
      const { neurons } = await chain.metagraph();
      expect(neurons).toHaveLength(2);
      const asked = ask(neuronOf(neurons, hotkey), 'alive');
      // In the odd lives the kill comes while a request is on its way: either it was answered or the dendrite says that it was not.
      if (life % 2 === 0) expect((await asked).outcome).toMatchObject({ ok: true });
      miner.child.kill('SIGKILL');
      await miner.ended;
      const { outcome } = await asked;
      if (!outcome.ok) expect(['unreachable', 'error']).toContain(outcome.failure);
    }
    const last = await startProcess(file, port);
    expect(last.port).toBe(port);
    expect((await ask(neuronOf((await chain.metagraph()).neurons, hotkey), 'still')).outcome).toMatchObject({ ok: true });
  });

  it('answers on SIGTERM what has begun, takes nothing new, and stops with exit code 0', { timeout: 60_000 }, async () => {
    const file = freshChain();
    const { chain, ask } = await validatorOn(file);
    const miner = await startProcess(file, 0, 'draining-miner');
    const neuron = neuronOf((await chain.metagraph()).neurons, keypairFromSeed(SEED).address);
    const begun = once(miner.child.stdout, 'data');
    const running = ask(neuron, 'running');
    expect(String((await begun)[0])).toBe('begun\n');
    miner.child.kill('SIGTERM');
    expect((await running).outcome).toEqual({ ok: true, response: { word: 'RUNNING', error_message: null } });
    expect(await miner.ended).toEqual([0, null]);
    expect((await ask(neuron, 'late')).outcome).toMatchObject({ ok: false, failure: 'unreachable' });
  });

  it('stops on SIGTERM by itself with exit code 0', { timeout: 60_000 }, async () => {
    const miner = await startProcess(freshChain(), 0);
    miner.child.kill('SIGTERM');
    expect(await miner.ended).toEqual([0, null]);
  });
});
