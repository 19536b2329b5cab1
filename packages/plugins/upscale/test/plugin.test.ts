import { readFileSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRandom, type SampleContext, validate } from '@vision-sdk/core';
import { type PluginCheckOptions, pluginChecks, recordRun } from '@vision-sdk/core/testing';
import { decodeBase64Image, decodeImage, encodePngBase64, psnr, type Raster, resize } from '@vision-sdk/image';
import { afterAll, describe, expect, it } from 'vitest';
import upscale, { upscaleErrors } from '../src/index.ts';
import { upscaleModel } from '../src/model.ts';
import { upscaleOptions } from '../src/options.ts';
import { fixture } from './goldens.ts';
import { load, request, run } from './model.ts';
import { repeater, temporaryFolder, writeNetwork } from './networks.ts';

const photo = (name: string) => decodeImage(readFileSync(fileURLToPath(new URL(`../../../../photos/${name}.jpg`, import.meta.url))));
const halved = (picture: Raster) => resize(picture, { width: picture.width / 2, height: picture.height / 2, filter: 'bicubic' });

/** A picture with shapes in it, of the size a sample asks for. */
function sampleContext(seed: number): SampleContext {
  const random = createRandom(seed);
  const image = async ({ width, height }: { width: number; height: number }) => {
    const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => ((i * 7) % 251) ^ ((i / width) & 63));
    return encodePngBase64({ width, height, channels: 3, data });
  };
  return { random, prompt: () => 'a picture', image, mask: image };
}

describe.each<[string, Parameters<typeof upscale>[0]]>([
  ['the built-in network', {}],
  ['any network, cut as Vision cuts', { model: fixture('realesrgan_x2_tiny.onnx'), tile: { size: 48, batch: 2 } }],
  ['several tiles', { tile: { size: 96 } }],
])('the conformance checks pass: %s', async (_, options) => {
  const settings: PluginCheckOptions = { sampleContext };
  for (const check of await pluginChecks(upscale(options), settings)) it(check.name, check.run);
});

describe('vision-x2', async () => {
  const model = await load();
  afterAll(() => model[Symbol.asyncDispose]());

  it('beats a bicubic enlargement of a photo it has not seen by at least 1 dB', async () => {
    const original = await photo('astronaut');
    const small = halved(original);
    const response = await run(model, await encodePngBase64(small));
    const enlarged = await decodeBase64Image(response.image_b64s![0]!);
    const bicubic = resize(small, { width: original.width, height: original.height, filter: 'bicubic' });
    expect([enlarged.width, enlarged.height]).toEqual([512, 512]);
    expect(psnr(enlarged, original, { border: 4 }) - psnr(bicubic, original, { border: 4 })).toBeGreaterThan(1);
  });

  it('answers in the form of the wire, without hashes and embeddings', async () => {
    expect(await run(model, await request(20, 30))).toEqual({
      error_message: null,
      image_b64s: [expect.any(String)],
      clip_embeddings: null,
      image_hashes: null,
    });
  });

  it.each([
    [1, 1],
    [1, 40],
    [33, 7],
    [513, 20],
  ])('enlarges %i x %i pixels', async (width, height) => {
    const response = await run(model, await request(width, height));
    const { width: outWidth, height: outHeight } = await decodeBase64Image(response.image_b64s![0]!);
    expect([outWidth, outHeight]).toEqual([2 * width, 2 * height]);
  });

  it('gives the same bytes with any number of threads', async () => {
    await using four = await load({ threads: 4 });
    const image = await request(200, 120);
    expect(await run(four, image)).toEqual(await run(model, image));
  });

  it('shows no seams: tiles and the whole picture differ by rounding only', async () => {
    await using tiled = await load({ tile: { size: 64 } });
    const image = await encodePngBase64(halved(await photo('astronaut')));
    const [whole, cut] = await Promise.all([model, tiled].map(async (one) => decodeBase64Image((await run(one, image)).image_b64s![0]!)));
    expect(whole!.data.filter((byte, i) => Math.abs(byte - cut!.data[i]!) > 1)).toEqual(new Uint8Array());
    expect(psnr(whole!, cut!)).toBeGreaterThan(70);
  });

  it('keeps two requests at once apart', async () => {
    const images = await Promise.all([request(40, 50, 1), request(50, 40, 2)]);
    const alone = [await run(model, images[0]!), await run(model, images[1]!)];
    expect(await Promise.all(images.map((image) => run(model, image)))).toEqual(alone);
  });
});

describe('cancelling', () => {
  it('ends between two runs of the network', async () => {
    await using model = await load({ tile: { size: 32 } });
    const controller = new AbortController();
    const context = recordRun(controller.signal, (step) => void (step === 2 && controller.abort()));
    await expect(model.pipeline.run(model.loaded, { image: await request(100, 100) }, context)).rejects.toThrow(
      expect.objectContaining({ name: 'AbortError' }),
    );
    expect(context.steps).toEqual([
      [1, 16],
      [2, 16],
    ]);
  });
});

describe('the options', () => {
  it.each<[string, object]>([
    ['an unknown key', { modle: 'x.onnx' }],
    ['a scale of 1', { scale: 1 }],
    ['another tiling', { tiling: 'none' }],
    ['an id with capitals', { id: 'Mine' }],
    ['memory without a unit', { memory: '512' }],
    ['tiles of nothing', { tile: { size: 0 } }],
    ['an unknown key in tile', { tile: { sise: 192 } }],
  ])('refuse %s', async (_, options) => {
    expect((await validate(upscaleOptions, options)).ok).toBe(false);
  });

  it('say how much the built-in network needs, without loading it', async () => {
    const model = upscaleModel(upscaleOptions.parse({}));
    expect(model).toMatchObject({
      id: 'vision-x2',
      resources: { memory: '512MiB' },
      weights: [{ kind: 'folder', files: ['model.onnx'], licence: 'MIT', bytes: expect.any(Number) }],
    });
  });

  it.each<[object, string]>([
    [{}, '512MiB'],
    [{ model: 'x.onnx', scale: 2 }, '2GiB'],
    [{ model: 'x.onnx', scale: 4 }, '4GiB'],
    [{ model: 'x.onnx' }, '4GiB'],
    [{ model: 'x.onnx', scale: 4, memory: '1GiB' }, '1GiB'],
  ])('declare memory by the factor: %j', (options, memory) => {
    expect(upscaleModel(upscaleOptions.parse(options)).resources.memory).toBe(memory);
  });

  it('list the weight files that a graph names, and nothing where nothing is', async () => {
    await using folder = await temporaryFolder();
    const graph = await writeNetwork(folder.path, repeater({ scale: 4, weightsIn: 'model.data' }), 'big.onnx');
    for (const name of ['model.data', 'big.onnx.data', 'other.onnx']) await writeFile(join(folder.path, name), 'x');
    const weightsAt = (model: string) => upscaleModel(upscaleOptions.parse({ model, licence: 'BSD-3-Clause' })).weights[0];
    expect(weightsAt(join(folder.path, 'big.onnx'))).toEqual({
      kind: 'folder',
      folder: folder.path,
      files: ['big.onnx', 'model.data'],
      bytes: statSync(graph).size + 1,
      licence: 'BSD-3-Clause',
    });
    expect(weightsAt(join(folder.path, 'big.onnx', 'inside-a-file.onnx'))).toMatchObject({ bytes: 0 });
  });

  it('name other networks after their file', () => {
    expect(upscaleModel(upscaleOptions.parse({ model: '/nets/RealESRGAN_x4plus.onnx' })).id).toBe('realesrgan-x4plus');
    expect(upscaleModel(upscaleOptions.parse({ model: '/nets/SwinIR/model.onnx' })).id).toBe('swinir');
    expect(upscaleModel(upscaleOptions.parse({ model: '/nets/a.onnx', id: 'mine' })).id).toBe('mine');
  });
});

describe('the public surface', () => {
  it('is the plugin and its errors', async () => {
    expect(Object.keys(await import('../src/index.ts')).sort()).toEqual(['default', 'upscaleErrors']);
    expect(upscaleErrors.namespace).toBe('VISION_UPSCALE');
  });
});

describe('pictures too large for the network', () => {
  const acceptsOf = (options: object) => upscaleModel(upscaleOptions.parse(options)).pipelines[0]!.accepts;

  it('are refused from their header, before any model is asked', async () => {
    const accepts = acceptsOf({ maxOutputPixels: 64 * 64 })!;
    expect(await validate(accepts, { image: await request(32, 32) })).toMatchObject({ ok: true });
    const refused = await validate(accepts, { image: await request(40, 32) });
    expect(refused).toMatchObject({ ok: false, issues: [{ path: 'image', message: expect.stringContaining('40 x 32') }] });
  });

  it('are the only thing looked at: what is no picture is said when it is decoded', async () => {
    expect(await validate(acceptsOf({})!, { image: 'AAAA' })).toMatchObject({ ok: true });
  });

  it('are not known while nobody knows the factor of the network', () => {
    expect(acceptsOf({ model: 'some.onnx' })).toBeUndefined();
    expect(acceptsOf({ model: 'some.onnx', scale: 4 })).toBeDefined();
  });
});
