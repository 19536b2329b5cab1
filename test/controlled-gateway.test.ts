import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '@vision-sdk/core';
import { writeTinyControlNet, writeTinyStableDiffusion } from '@vision-sdk/diffusion/testing';
import { decodeBase64Image, encodePngBase64, type Raster } from '@vision-sdk/image';
import { resolveConfig } from '@vision-sdk/neuron/host';
import { startMiner } from '@vision-sdk/neuron/miner';
import { startValidator } from '@vision-sdk/neuron/validator';
import { keypairFromUri } from '@vision-sdk/neuron/wire';
import controlnet from '@vision-sdk/plugin-controlnet';
import imageSimilarity from '@vision-sdk/plugin-image-similarity';
import localChain from '@vision-sdk/plugin-local-chain';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { root } from './markdown.ts';

const folder = mkdtempSync(join(tmpdir(), 'vision-controlled-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const KEY = 'a-key-for-this-test';
const validatorKey = keypairFromUri('//Validator');

const [model, canny] = [join(folder, 'model'), join(folder, 'canny')];
beforeAll(async () => {
  await writeTinyStableDiffusion(model, { kind: 'sd', residuals: true });
  await writeTinyControlNet(canny, { kind: 'sd' });
});

function configOf(seed: string) {
  const chain = { file: join(folder, 'chain.sqlite'), blockMs: 250, genesisStake: { [validatorKey.address]: 10_000 } };
  const config = resolveConfig({
    plugins: [localChain(chain), controlnet({ model, controlnets: { canny } }), imageSimilarity()],
    wallet: { seed },
    logLevel: 'silent',
    devices: { cpu: { memory: '8GiB', threads: 1 } },
    miner: { host: '127.0.0.1', port: 0 },
    validator: {
      ...{ syntheticIntervalMs: 3_600_000, resyncMs: 500, organicRoundRate: 0, store: join(folder, 'validator.sqlite') },
      gateway: { host: '127.0.0.1', port: 0, apiKey: KEY },
    },
  });
  return { config, folder: root };
}

/** A dark square on light ground. */
function drawing(width: number, height: number): Raster {
  const dark = (x: number, y: number) => x > width / 4 && x < width / 2 && y > height / 4 && y < height / 2;
  const data = Uint8Array.from({ length: width * height }, (_, i) => (dark(i % width, Math.floor(i / width)) ? 20 : 230));
  return { width, height, channels: 1, data };
}

function unlessBusy(reply: Response): Response | undefined {
  return reply.status === 503 ? undefined : reply;
}

it('a validator sells ControlledTextToImage, and a miner makes the picture of a photograph', { timeout: 120_000 }, async () => {
  await using miner = await startMiner(configOf('//Miner'), { log: silentLog });
  await using validator = await startValidator(configOf('//Validator'), { log: silentLog });
  const { host, port } = validator.gateway!;
  const buy = (body: object) =>
    fetch(`http://${host}:${port}/controlled-text-to-image`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${KEY}` },
      body: JSON.stringify(body),
    });
  const control = { type: 'canny', image: await encodePngBase64(drawing(96, 72)), preprocess: true, guidance_end: 0.8 };
  const asked = { text_prompts: [{ text: 'a red barn' }], controls: [control] };
  // 503 until the validator has asked the miner what it serves.
  const reply = await vi.waitUntil(async () => unlessBusy(await buy(asked)), { timeout: 60_000, interval: 250 });
  const { image_b64s: images, detail } = (await reply.json()) as { image_b64s?: string[]; detail?: string };
  expect([reply.status, detail]).toEqual([200, undefined]);
  expect(await decodeBase64Image(images![0]!)).toMatchObject({ width: 96, height: 72 });
  const refused = await buy({ controls: [{ ...control, type: 'depth' }] });
  expect(refused.status).toBe(422);
  expect(await refused.text()).toContain('Maps of depth and pose must be given ready made');
  const unserved = await buy({ controls: [{ ...control, type: 'depth', preprocess: false }] });
  expect(unserved.status).toBe(422);
  expect(await unserved.text()).toContain('The value must be one of canny');
  expect(miner.hotkey).toMatch(/^5/);
});
