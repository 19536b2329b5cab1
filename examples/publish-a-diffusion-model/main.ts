// A diffusion model as a plugin, tried without its gigabytes: tiny weights, the conformance checks, one picture in a process of its own.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '@vision-sdk/core';
import { TextToImage } from '@vision-sdk/core/synapses';
import { pluginChecks, runChecks } from '@vision-sdk/core/testing';
import { writeTinyStableDiffusion } from '@vision-sdk/diffusion/testing';
import { decodeBase64Image } from '@vision-sdk/image';
import { createDispatcher, createRegistry } from '@vision-sdk/neuron/host';
import inkDrawings from './plugin.ts';

const folder = await mkdtemp(join(tmpdir(), 'ink-drawings-'));
try {
  const model = await writeTinyStableDiffusion(join(folder, 'weights'), { kind: 'sd' });
  await check(model);
  await paint(model);
  await refuse(join(folder, 'broken'));
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function check(model: string): Promise<void> {
  const results = await runChecks(await pluginChecks(inkDrawings({ model })));
  const failed = results.filter(({ ok }) => !ok);
  console.log(`${results.length} conformance checks, ${failed.length} failed`);
  assert.deepEqual(failed, []);
}

async function paint(model: string): Promise<void> {
  await using dispatcher = await dispatcherFor(model);
  const steps: number[] = [];
  const draw = (seed: number) =>
    dispatcher.run(TextToImage, requestWith(seed), { signal: AbortSignal.timeout(60_000), onStep: (step) => steps.push(step) });
  const [first, again, other] = [await draw(1), await draw(1), await draw(2)];
  const picture = await decodeBase64Image(first.image_b64s?.[0] ?? '');
  console.log(`${picture.width} x ${picture.height}, ${steps.length} steps for three pictures`);
  assert.deepEqual(again, first, 'the same seed should give the same bytes');
  assert.notDeepEqual(other, first, 'another seed should give another picture');
  await assert.rejects(
    dispatcher.run(TextToImage, { ...requestWith(1), steps: 99 }, { signal: AbortSignal.timeout(60_000) }),
    /between 7 and 25/,
  );
}

async function refuse(folder: string): Promise<void> {
  const model = await writeTinyStableDiffusion(folder, { kind: 'sd', defects: { unet: 'nan' } });
  await using dispatcher = await dispatcherFor(model);
  const painted = dispatcher.run(TextToImage, requestWith(1), { signal: AbortSignal.timeout(60_000) });
  await assert.rejects(painted, (error: Error) => {
    console.log(error.message.replace(model, 'weights'));
    return /unet/.test(error.message);
  });
}

async function dispatcherFor(model: string) {
  const registry = await createRegistry([inkDrawings({ model })]);
  return createDispatcher({ registry, devices: { cpu: { memory: '4GiB', threads: 1 } }, log: silentLog });
}

function requestWith(seed: number) {
  return {
    engine: 'ink-drawings',
    text_prompts: [{ text: 'a lighthouse in a storm', weight: 1 }],
    steps: 8,
    cfg_scale: 4,
    width: 64,
    height: 64,
    seed,
  };
}
