import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '@vision-sdk/core';
import { Upscale } from '@vision-sdk/core/synapses';
import { decodeBase64Image, decodeImage, encodePngBase64, imageHashes, resize } from '@vision-sdk/image';
import { resolveConfig } from '@vision-sdk/neuron/host';
import { startMiner } from '@vision-sdk/neuron/miner';
import { createDendrite } from '@vision-sdk/neuron/validator';
import { keypairFromUri } from '@vision-sdk/neuron/wire';
import imageSimilarity from '@vision-sdk/plugin-image-similarity';
import localChain, { openLocalChain } from '@vision-sdk/plugin-local-chain';
import upscale from '@vision-sdk/plugin-upscale';
import { afterAll, describe, expect, it } from 'vitest';
import { root } from './markdown.ts';

const folder = mkdtempSync(join(tmpdir(), 'vision-hashes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const validatorKey = keypairFromUri('//Validator');
const chain = { file: join(folder, 'chain.sqlite'), genesisStake: { [validatorKey.address]: 10_000 } };

/** A miner that upscales, with these filters, and what it answers to a small photo. */
async function answerOf(filters: readonly string[]) {
  const config = resolveConfig({
    plugins: [localChain(chain), upscale(), imageSimilarity()],
    filters: [...filters],
    wallet: { seed: '//Miner' },
    logLevel: 'silent',
    devices: { cpu: { memory: '2GiB', threads: 1 } },
    miner: { host: '127.0.0.1', port: 0, nonces: ':memory:' },
  });
  await using subnet = await openLocalChain(chain, { netuid: 19 });
  await subnet.register({ coldkey: validatorKey, hotkey: validatorKey.address });
  await using miner = await startMiner({ config, folder: root }, { log: silentLog });
  await using dendrite = createDendrite({ keypair: validatorKey, log: silentLog });
  const { neurons } = await subnet.metagraph();
  const photo = await decodeImage(readFileSync(join(root, 'photos/chelsea.jpg')));
  const image = await encodePngBase64(resize(photo, { width: 64, height: 48, filter: 'bicubic' }));
  const { outcome } = await dendrite.ask(neurons.find(({ hotkey }) => hotkey === miner.hotkey)!, Upscale, { image });
  if (!outcome.ok) throw new Error(`${outcome.failure}: ${outcome.detail}`);
  return outcome.response;
}

describe('a miner for Python validators', () => {
  it('sends the hashes of the image it made, by the filter image-hashes', { timeout: 120_000 }, async () => {
    const { image_b64s, image_hashes } = await answerOf(['image-hashes']);
    const made = await decodeBase64Image(image_b64s![0]!);
    expect([made.width, made.height]).toEqual([128, 96]);
    expect(image_hashes).toEqual([imageHashes(made)]);
  });

  it('sends none without the filter', { timeout: 120_000 }, async () => {
    const { image_b64s, image_hashes } = await answerOf([]);
    expect(image_b64s).toHaveLength(1);
    expect(image_hashes ?? null).toBeNull();
  });
});
