import { join } from 'node:path';
import { type Plugin, silentLog } from '@vision-sdk/core';
import { resolveConfig } from '@vision-sdk/neuron/host';
import { startMiner } from '@vision-sdk/neuron/miner';
import { startValidator } from '@vision-sdk/neuron/validator';
import { keypairFromUri } from '@vision-sdk/neuron/wire';
import imageSimilarity from '@vision-sdk/plugin-image-similarity';
import localChain from '@vision-sdk/plugin-local-chain';
import { vi } from 'vitest';
import { root } from '../markdown.ts';

const KEY = 'a-key-for-this-test';

/** What a gateway says to a buyer. */
export interface Bought {
  readonly status: number;
  readonly image_b64s?: readonly string[];
  readonly detail?: string;
  readonly text: string;
}

/** A validator that sells and a miner that serves, in this process, on a chain in a folder. */
export async function openShop(folder: string, plugins: readonly Plugin[]) {
  await using opening = new AsyncDisposableStack();
  const miner = opening.use(await startMiner(configOf('//Miner', { folder, plugins }), { log: silentLog }));
  const validator = opening.use(await startValidator(configOf('//Validator', { folder, plugins }), { log: silentLog }));
  const { host, port } = validator.gateway!;
  const post = (route: string, body: object) =>
    fetch(`http://${host}:${port}/${route}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${KEY}` },
      body: JSON.stringify(body),
    });
  const opened = opening.move();
  return {
    miner,
    /** Buys one answer, waiting until the validator has asked the miner what it serves: until then the gateway says 503. */
    async buy(route: string, body: object): Promise<Bought> {
      const reply = await vi.waitUntil(async () => unlessBusy(await post(route, body)), { timeout: 60_000, interval: 250 });
      const text = await reply.text();
      return { ...(JSON.parse(text) as object), status: reply.status, text };
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

function configOf(seed: string, { folder, plugins }: { readonly folder: string; readonly plugins: readonly Plugin[] }) {
  const genesisStake = { [keypairFromUri('//Validator').address]: 10_000 };
  const config = resolveConfig({
    plugins: [localChain({ file: join(folder, 'chain.sqlite'), blockMs: 250, genesisStake }), ...plugins, imageSimilarity()],
    wallet: { seed },
    logLevel: 'silent',
    devices: { cpu: { memory: '8GiB', threads: 1 } },
    miner: { host: '127.0.0.1', port: 0, nonces: join(folder, 'nonces.sqlite') },
    validator: {
      ...{ syntheticIntervalMs: 3_600_000, resyncMs: 500, organicRoundRate: 0, store: join(folder, 'validator.sqlite') },
      gateway: { host: '127.0.0.1', port: 0, apiKey: KEY },
    },
  });
  return { config, folder: root };
}

function unlessBusy(reply: Response): Response | undefined {
  return reply.status === 503 ? undefined : reply;
}
