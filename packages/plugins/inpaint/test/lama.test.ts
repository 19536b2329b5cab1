import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AnyModel, formatIssues, type InputOf, validate } from '@vision-sdk/core';
import { fakeLoadContext, pluginChecks, recordRun } from '@vision-sdk/core/testing';
import type { Raster } from '@vision-sdk/image';
import { encodeModel } from '@vision-sdk/onnx/testing';
import { afterAll, describe, expect, it } from 'vitest';
import inpaint from '../src/index.ts';
import { lamaModel } from '../src/lama/model.ts';
import { inpaintOptions } from '../src/options.ts';
import { type LamaExport, lamaNetwork } from './lama-network.ts';
import { answering, noisy, part, png, rectangle, tinyWeights } from './tiny.ts';

const root = mkdtempSync(join(tmpdir(), 'vision-lama-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let written = 0;

function write(network: LamaExport = {}): string {
  const path = join(root, `${written++}.onnx`);
  writeFileSync(path, encodeModel(lamaNetwork(network)));
  return path;
}

type Options = Partial<NonNullable<InputOf<typeof inpaintOptions>['lama']>>;

function modelOf(path: string, options: Options = {}): AnyModel {
  const { lama, maxPixels } = inpaintOptions.parse({ lama: { ...options, model: path } });
  return lamaModel(lama!, maxPixels);
}

const load = (network: LamaExport = {}, options: Options = {}) => answering(modelOf(write(network), options));

const size = [70, 50] as const;
const hole = [20, 10, 40, 30] as const;
const plain: Raster = { width: 70, height: 50, channels: 3, data: new Uint8Array(70 * 50 * 3).fill(200) };
const request = async (image: Raster, mask: Raster = rectangle(...size, hole)) => ({
  seed: 1,
  init_image: await png(image),
  mask_image: await png(mask),
});

describe('the conformance checks pass', async () => {
  for (const check of await pluginChecks(inpaint({ lama: { model: write() } }))) it(check.name, check.run);
});

describe.each<[string, LamaExport]>([
  ['of any size', {}],
  ['of one size', { side: 64 }],
  ['that gives bytes', { side: 64, white: 255 }],
  ['in half precision', { type: 'float16' }],
  ['in half precision that gives bytes', { type: 'float16', white: 255, side: 64 }],
  ['with one input of four channels', { joined: true, side: 64 }],
])('a network %s', (_, network) => {
  it('fills the hole with what it says, and every other pixel stays', async () => {
    await using lama = await load(network);
    const noise = noisy(...size);
    const answer = await lama.run('Inpaint', await request(noise));
    expect(answer).toMatchObject({ width: 70, height: 50 });
    for (const kept of [
      [0, 0, 70, 10],
      [0, 30, 70, 50],
      [0, 10, 20, 30],
      [40, 10, 70, 30],
    ] as const)
      expect(part(answer, kept)).toEqual(part(noise, kept));
    // Its mean counts the hole as black, so that a plain picture gets a hole somewhat darker.
    const filled = [...part(await lama.run('Inpaint', await request(plain)), [24, 14, 36, 26])];
    expect(new Set(filled).size).toBe(1);
    expect(filled[0]).toBeGreaterThan(100);
    expect(filled[0]).toBeLessThan(200);
  });

  it('extends a picture and keeps its pixels', async () => {
    await using lama = await load(network);
    const noise = noisy(...size);
    const answer = await lama.run('Uncrop', { seed: 1, init_image: await png(noise), pad_left: 9, pad_top: 31, feather: 0 });
    expect(answer).toMatchObject({ width: 79, height: 81 });
    expect(part(answer, [9, 31, 79, 81])).toEqual(Buffer.from(noise.data));
    expect(new Set(part(answer, [0, 0, 70, 20])).size).toBeLessThan(12);
  });
});

describe('where the network does not see the whole picture', () => {
  it('it sees the part around the mask', async () => {
    await using lama = await load({ side: 64 }, { padding: 4 });
    const changed = { ...plain, data: plain.data.map((byte, i) => (i < 70 * 3 ? 0 : byte)) };
    const [one, other] = [await lama.run('Inpaint', await request(plain)), await lama.run('Inpaint', await request(changed))];
    expect(part(one, hole)).toEqual(part(other, hole));
  });

  it.each([
    ['an empty mask', rectangle(70, 50, [0, 0, 0, 0])],
    ['a mask that is too dark', { ...rectangle(70, 50, hole), data: rectangle(70, 50, hole).data.map((byte) => byte && 90) }],
  ])('%s leaves the picture alone', async (_, mask) => {
    await using lama = await load({ side: 64 });
    const noise = noisy(...size);
    expect(await lama.run('Inpaint', await request(noise, mask))).toEqual(noise);
  });

  it('a mask of another size is stretched', async () => {
    await using lama = await load();
    const noise = noisy(...size);
    const answer = await lama.run('Inpaint', await request(noise, rectangle(35, 25, [10, 5, 20, 15])));
    expect(part(answer, [52, 0, 70, 50])).toEqual(part(noise, [52, 0, 70, 50]));
    expect(part(answer, [24, 14, 36, 26])).not.toEqual(part(noise, [24, 14, 36, 26]));
  });
});

describe('requests', () => {
  it('may have a picture of any size up to the cap', () => {
    const { sides } = modelOf(write()).pipelines.find(({ synapse }) => synapse.name === 'Inpaint')!;
    if (typeof sides !== 'function') throw new Error('the sides do not depend on the picture');
    expect([sides({}, { width: 2000, height: 1000 }).most, sides({}, { width: 40, height: 30 }).most]).toEqual([2000, 40]);
  });

  const complaints = async (name: string, body: object) => {
    const result = await validate(modelOf(write()).pipelines.find(({ synapse }) => synapse.name === name)!.accepts!, body);
    return result.ok ? '' : formatIssues(result.issues);
  };

  it('need no words, and name the engine', async () => {
    const body = await request(plain);
    expect(await complaints('Inpaint', { ...body, engine: 'lama' })).toBe('');
    expect(await complaints('Inpaint', { ...body, engine: 'lama', steps: 30, cfg_scale: 9 })).toBe('');
    expect(await complaints('Inpaint', body)).toContain('Engine kandinsky-2.2 not supported');
    expect(await complaints('Inpaint', { ...body, engine: 'lama', mask_image: null })).toContain('Mask image cannot be empty');
    expect(await complaints('Uncrop', { seed: 1, init_image: body.init_image })).toBe('');
  });
});

describe('files that cannot be used', () => {
  const broken = (problem: string) => ({ code: 'VISION_DIFFUSION_BROKEN_COMPONENT', message: expect.stringContaining(problem) });

  it('are named when the network is tried', async () => {
    await expect(load({ defect: 'nan' })).rejects.toMatchObject(broken('output is NaN'));
    await expect(load({ defect: 'shape' })).rejects.toMatchObject(broken('has the shape [1, 3, 1, 1]'));
  });

  it('are named when they take something else, or are not there', async () => {
    const path = join(root, 'other.onnx');
    const picture = (name: string) => ({ name, type: 'float32', dims: [1, 3, 'height', 'width'] }) as const;
    const nodes = [{ operator: 'Add', inputs: ['one', 'other'], outputs: ['output'] }];
    writeFileSync(path, encodeModel({ inputs: [picture('one'), picture('other')], outputs: [picture('output')], nodes }));
    await expect(modelOf(path).load(fakeLoadContext())).rejects.toMatchObject(
      broken('where a picture of 3 channels and a mask of 1 belong'),
    );
    await expect(modelOf(join(root, 'none')).load(fakeLoadContext())).rejects.toMatchObject({ code: 'VISION_DIFFUSION_MISSING_FOLDER' });
  });
});

describe('the plugin', () => {
  const modelsOf = async (options: InputOf<typeof inpaintOptions>) => {
    const { models = [] } = await inpaint(options).contribute(inpaintOptions.parse(options));
    return models.map(({ id }) => id);
  };

  it('has the models that its options name, and wants one at least', async () => {
    const model = await tinyWeights();
    expect(await modelsOf({ model })).toEqual(['inpaint']);
    expect(await modelsOf({ lama: { model: write() } })).toEqual(['lama']);
    expect(await modelsOf({ model, lama: { model: write() } })).toEqual(['inpaint', 'lama']);
    expect(inpaintOptions.safeParse({}).error?.issues[0]?.message).toBe('give weights: `model` or `lama`');
  });
});

it('ends when it is cancelled', async () => {
  await using lama = await load();
  const context = recordRun(AbortSignal.abort(new Error('enough')));
  await expect(lama.run('Inpaint', await request(plain), context)).rejects.toThrow('enough');
});
