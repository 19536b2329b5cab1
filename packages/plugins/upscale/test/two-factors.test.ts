import { silentLog } from '@vision-sdk/core';
import { Upscale } from '@vision-sdk/core/synapses';
import { decodeBase64Image } from '@vision-sdk/image';
import { createDispatcher, createRegistry } from '@vision-sdk/neuron/host';
import { afterAll, describe, expect, it } from 'vitest';
import upscale from '../src/index.ts';
import { request } from './model.ts';
import { repeater, temporaryFolder, writeNetwork } from './networks.ts';

const folder = await temporaryFolder();
const model = await writeNetwork(folder.path, repeater({ scale: 4, sides: [128, 128], batch: 1 }), 'Real-ESRGAN-x4plus.onnx');
const registry = await createRegistry([upscale(), upscale({ model, scale: 4, maxOutputPixels: 256 * 256 })]);
const dispatcher = await createDispatcher({ registry, log: silentLog, isolate: false, devices: { cpu: { memory: '8GiB', threads: 1 } } });
afterAll(async () => {
  await dispatcher[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

async function sizeOf(side: number, model?: string): Promise<number> {
  const options = { signal: new AbortController().signal, ...(model === undefined ? {} : { model }) };
  const { image_b64s } = await dispatcher.run(Upscale, { image: await request(side, side) }, options);
  return (await decodeBase64Image(image_b64s![0]!)).width;
}

describe('x2 and x4 in one config', () => {
  it('are two models, of which the first one serves', async () => {
    expect([...registry.models.keys()]).toEqual(['vision-x2', 'real-esrgan-x4plus']);
    expect(await sizeOf(20)).toBe(40);
  });

  it('can be chosen by their ids', async () => {
    expect(await sizeOf(20, 'vision-x2')).toBe(40);
    expect(await sizeOf(20, 'real-esrgan-x4plus')).toBe(80);
  });

  it('have limits of their own', async () => {
    await expect(sizeOf(100, 'real-esrgan-x4plus')).rejects.toMatchObject({ code: 'VISION_HOST_NOT_ACCEPTED' });
    expect(await sizeOf(100)).toBe(200);
  });
});
