import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatIssues, validate } from '@vision-sdk/core';
import { pluginChecks, recordRun } from '@vision-sdk/core/testing';
import { encodePngBase64, type Raster } from '@vision-sdk/image';
import { encodeModel } from '@vision-sdk/onnx/testing';
import { afterAll, describe, expect, it } from 'vitest';
import sdxlTurbo from '../src/index.ts';
import { sdxlTurboModel } from '../src/model.ts';
import { sdxlTurboOptions } from '../src/options.ts';
import { loadTiny, noisy, type Options, picture, tinyWeights } from './tiny.ts';

const folder = await tinyWeights();
afterAll(() => folder[Symbol.asyncDispose]());

describe('the conformance checks pass', async () => {
  for (const check of await pluginChecks(sdxlTurbo({ model: folder.path, ranges: { steps: [2, 4] } }))) it(check.name, check.run);
});

const prompts = [{ text: 'a red barn', weight: 1 }];
const request = { seed: 7, text_prompts: prompts, steps: 3, cfg_scale: 2.5, width: 64, height: 48 };
const bytesOf = ([first]: readonly Raster[]) => Buffer.from(first!.data).toString('hex');

describe('TextToImage', () => {
  it('paints the size that was asked for, otherwise the one of the weights', async () => {
    await using tiny = await loadTiny();
    expect(await tiny.run('TextToImage', request)).toMatchObject([{ width: 64, height: 48 }]);
    expect(await tiny.run('TextToImage', { seed: 1, text_prompts: prompts })).toMatchObject([{ width: 64, height: 64 }]);
  });

  it('takes the words of positive and negative prompts, the latter behind the prefix', async () => {
    await using tiny = await loadTiny({}, { negativePrefix: 'ugly, ' });
    await using plain = await loadTiny({}, { negativePrefix: '' });
    const negative = (text: string) => ({ ...request, text_prompts: [...prompts, { text, weight: -1 }] });
    const split = { ...request, text_prompts: [{ text: 'a red ', weight: null }, { text: 'barn' }] };
    const whole = bytesOf(await tiny.run('TextToImage', request));
    expect(bytesOf(await tiny.run('TextToImage', split))).toBe(whole);
    expect(bytesOf(await tiny.run('TextToImage', negative('rain')))).not.toBe(whole);
    expect(bytesOf(await plain.run('TextToImage', request))).not.toBe(whole);
    expect(bytesOf(await tiny.run('TextToImage', negative('rain')))).not.toBe(bytesOf(await plain.run('TextToImage', negative('rain'))));
  });

  it('asks no unconditional half at a guidance of 1 or less', async () => {
    await using tiny = await loadTiny();
    const [one, none, more] = await Promise.all([1, 0, 1.1].map((cfg_scale) => tiny.run('TextToImage', { ...request, cfg_scale })));
    expect(bytesOf(one!)).toBe(bytesOf(none!));
    expect(bytesOf(one!)).not.toBe(bytesOf(more!));
  });

  it.each<[string, Options, Options]>([
    ["the model's own scheduler", { scheduler: 'EulerDiscreteScheduler' }, { scheduler: 'vision' }],
    ['another class', { scheduler: 'DDIMScheduler' }, { scheduler: 'model' }],
    ['noise in half precision', { noise: 'bfloat16' }, { noise: 'float32' }],
    ['noise in half precision of later torch', { noise: 'bfloat16', stack: 'current' }, { noise: 'bfloat16' }],
  ])('paints otherwise with %s', async (_, first, second) => {
    await using one = await loadTiny({}, first);
    await using other = await loadTiny({}, second);
    expect(bytesOf(await one.run('TextToImage', request))).not.toBe(bytesOf(await other.run('TextToImage', request)));
  });

  it.each([
    ['nothing', ''],
    ['10,000 letters', 'x'.repeat(10_000)],
    ['emoji', '\u{1f600}\u{1f469}\u200d\u{1f680}'],
  ])('paints a prompt of %s', async (_, text) => {
    await using tiny = await loadTiny();
    expect(await tiny.run('TextToImage', { ...request, steps: 1, text_prompts: [{ text }] })).toHaveLength(1);
  });

  it('ends within one step', async () => {
    await using tiny = await loadTiny();
    const controller = new AbortController();
    const context = recordRun(controller.signal, () => controller.abort());
    await expect(tiny.run('TextToImage', request, context)).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
    expect(context.steps).toEqual([[1, 3]]);
  });
});

describe('ImageToImage', () => {
  const withImage = async (init_image: string) => ({ ...request, init_image, image_strength: 0.25 });

  it('has the size of the picture, down to whole latents', async () => {
    await using tiny = await loadTiny();
    expect(await tiny.run('ImageToImage', await withImage(await picture(77, 50)))).toMatchObject([{ width: 72, height: 48 }]);
  });

  it('takes the steps that the strength leaves, one at least', async () => {
    await using tiny = await loadTiny();
    const body = await withImage(await picture(64, 64));
    const steps = async (image_strength: number) => {
      const context = recordRun(new AbortController().signal);
      await tiny.run('ImageToImage', { ...body, steps: 49, image_strength }, context);
      return context.steps.length;
    };
    expect([await steps(0), await steps(0.5), await steps(0.98), await steps(1)]).toEqual([49, 24, 1, 1]);
  });

  it('refuses what is no picture, or too large, before decoding it', async () => {
    await using tiny = await loadTiny({}, { maxPixels: 64 * 64 });
    const code = async (image: string) => tiny.run('ImageToImage', await withImage(image)).catch((error: { code: string }) => error.code);
    expect(await code('bm90IGEgcGljdHVyZQ==')).toBe('VISION_IMAGE_UNSUPPORTED_FORMAT');
    expect(await code(await picture(65, 64))).toBe('VISION_IMAGE_TOO_MANY_PIXELS');
  });

  it('refuses what has more pixels than memory is counted for: a square of the largest side', async () => {
    await using tiny = await loadTiny({}, { ranges: { side: [32, 48] } });
    expect(await tiny.run('ImageToImage', await withImage(await picture(72, 32)))).toMatchObject([{ width: 72, height: 32 }]);
    await expect(tiny.run('ImageToImage', await withImage(await picture(49, 48)))).rejects.toMatchObject({
      code: 'VISION_IMAGE_TOO_MANY_PIXELS',
      message: expect.stringContaining('more than the cap of 2304 pixels'),
    });
  });

  it('keeps the side that nobody says within narrowed sides', async () => {
    await using tiny = await loadTiny({}, { ranges: { side: [32, 48] } });
    const { width: _, height: __, ...unsaid } = request;
    expect(await tiny.run('TextToImage', unsaid)).toMatchObject([{ width: 48, height: 48 }]);
  });
});

describe('Inpaint and Uncrop', () => {
  const image = noisy(80, 72, 3);
  const mask = {
    width: 80,
    height: 72,
    channels: 3,
    data: Uint8Array.from({ length: 80 * 72 * 3 }, (_, i) => (i % 240 < 120 ? 255 : 0)),
  } as const;
  const body = async (given: Raster = mask) => ({
    ...{ seed: 7, text_prompts: prompts, steps: 4, cfg_scale: 2.5 },
    init_image: await encodePngBase64(image),
    mask_image: await encodePngBase64(given),
  });
  const pixel = ({ data, width }: Raster, x: number, y: number) => [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];

  it('paints under the mask and keeps every pixel beside it where that is asked for', async () => {
    await using tiny = await loadTiny({}, { inpaint: { keepRest: true } });
    const [painted] = await tiny.run('Inpaint', await body());
    expect(painted).toMatchObject({ width: 80, height: 72 });
    expect(pixel(painted!, 75, 70)).toEqual(pixel(image, 75, 70));
    expect(pixel(painted!, 5, 5)).not.toEqual(pixel(image, 5, 5));
  });

  it('takes a mask of another size', async () => {
    await using tiny = await loadTiny();
    const [painted] = await tiny.run('Inpaint', await body(noisy(33, 20)));
    expect(painted).toMatchObject({ width: 80, height: 72 });
  });

  it('else answers what the model painted', async () => {
    await using tiny = await loadTiny();
    const [painted] = await tiny.run('Inpaint', await body());
    expect(painted!.width % 8).toBe(0);
    expect(pixel(painted!, 60, 60)).not.toEqual(pixel(image, 60, 60));
  });

  it('extends a picture, whose pixels stay as they are', async () => {
    await using tiny = await loadTiny();
    const { mask_image: _, ...rest } = await body();
    const [painted] = await tiny.run('Uncrop', { ...rest, pad_left: 8, pad_bottom: 16 });
    expect(painted).toMatchObject({ width: 88, height: 88 });
    expect(pixel(painted!, 8 + 40, 30)).toEqual(pixel(image, 40, 30));
    const [byDefault] = await tiny.run('Uncrop', rest);
    expect(byDefault).toMatchObject({ width: 80 + 2 * 8, height: 72 + 2 * 8 });
  });
});

describe('what is accepted', () => {
  const complaints = async (options: Options, body: object, name = 'TextToImage', path = folder.path) => {
    const model = sdxlTurboModel(sdxlTurboOptions.parse({ ...options, model: path }));
    const result = await validate(model.pipelines.find(({ synapse }) => synapse.name === name)!.accepts!, body);
    return result.ok ? '' : formatIssues(result.issues);
  };
  const asked = { ...request, engine: 'stable-diffusion-xl-turbo', steps: 8, width: 64, height: 64 };

  it("has Vision's texts, and sizes as the weights have them", async () => {
    expect(await complaints({}, asked)).toBe('');
    expect(await complaints({}, { ...asked, steps: 5 })).toContain(
      'Invalid value 5 provided for steps, with engine stable-diffusion-xl-turbo. The value should be an integer between 6 and 14 (inclusive)',
    );
    expect(await complaints({}, { ...asked, cfg_scale: 4.5 })).toContain('The value should be between 1 and 4');
    expect(await complaints({}, { ...asked, width: 1344 })).toContain('Invalid value 1344 provided for width');
    expect(await complaints({}, { ...asked, engine: 'dall-e' })).toContain('Engine dall-e not supported');
    expect(await complaints({}, { ...asked, text_prompts: [] })).toContain('Text prompts cannot be empty');
  });

  it('takes a body that says nothing but words and a seed', async () => {
    expect(await complaints({}, { seed: 1, text_prompts: prompts })).toBe('');
    expect(await complaints({}, { seed: 1, text_prompts: prompts, init_image: await picture(64, 64) }, 'ImageToImage')).toBe('');
  });

  it('follows the options', async () => {
    const options = {
      engines: ['mine', 'ours'],
      ranges: { steps: [1, 4], guidance: [0, 2], side: [16, 32], multipleOf: 16, defaultSide: 32 },
    } as const;
    const body = { ...asked, engine: 'ours', steps: 1, cfg_scale: 0, width: 16, height: 32 };
    expect(await complaints(structuredClone(options) as never, body)).toBe('');
    expect(await complaints(structuredClone(options) as never, { ...body, width: 24 })).toContain('multiple of 16');
    expect(await complaints(structuredClone(options) as never, asked)).toContain('Engine stable-diffusion-xl-turbo not supported');
  });

  it("is Vision's own for weights of SDXL's size", async () => {
    await using large = await tinyWeights({ sampleSize: 128 });
    const body = { ...asked, width: 1344, height: 512 };
    expect(await complaints({}, body, 'TextToImage', large.path)).toBe('');
    expect(await complaints({}, { ...body, width: 1345 }, 'TextToImage', large.path)).toContain(
      'Invalid value 1345 provided for width, with engine stable-diffusion-xl-turbo. The value should be in between 512 and 1344 (inclusive) and multiple of 64',
    );
  });
});

describe('the declaration', () => {
  it('names the files, and a memory that grows with them', () => {
    const { weights, resources, id } = sdxlTurboModel(sdxlTurboOptions.parse({ model: folder.path, licence: 'MIT' }));
    expect(id).toBe('sdxl-turbo');
    expect(weights).toMatchObject([{ kind: 'folder', folder: folder.path, licence: 'MIT' }]);
    expect(weights[0]!.files).toEqual(
      expect.arrayContaining(['unet/model.onnx', 'tokenizer_2/vocab.json', 'scheduler/scheduler_config.json']),
    );
    expect(Object.keys(resources.components!)).toEqual(['text_encoder', 'text_encoder_2', 'unet', 'vae_decoder', 'vae_encoder']);
    expect(resources.memory).toMatch(/^\d+MiB$/);
  });

  it('says where components from elsewhere are, and serves what they make possible', async () => {
    await using other = await tinyWeights({ seed: 2 });
    await using without = await tinyWeights({ without: ['vae_encoder'] });
    const declared = (parts: object) => sdxlTurboModel(sdxlTurboOptions.parse({ model: without.path, parts }));
    expect(declared({}).pipelines).toHaveLength(1);
    const { pipelines, weights } = declared({ vae_encoder: { folder: other.path, licence: 'MIT' } });
    expect(pipelines).toHaveLength(4);
    expect(weights).toMatchObject([
      { folder: without.path, licence: 'unknown' },
      { folder: other.path, files: ['vae_encoder/model.onnx', 'vae_encoder/config.json'], licence: 'MIT' },
    ]);
  });

  it('refuses components that no model has, and repositories whose files are called alike', async () => {
    const repository = (name: string) => ({ repository: name, revision: '0'.repeat(40), files: ['unet/model.onnx'], bytes: 1 });
    const problems = async (change: object) => {
      const result = await validate(sdxlTurboOptions, { model: folder.path, ...change });
      return result.ok ? '' : formatIssues(result.issues);
    };
    expect(await problems({ parts: { vae: './vae' } })).toContain('"vae"');
    expect(await problems({ model: repository('a/b'), parts: { unet: repository('c/d') } })).toMatch(
      /^parts: unet\/model\.onnx is in a\/b@0+ and in c\/d@0+; list it/,
    );
    expect(await problems({ parts: { unet: repository('c/d') } })).toBe('');
  });

  it('says what is needed of weights on a hub, and where', () => {
    const files = ['unet/model.onnx', 'unet/model.onnx_data', 'vae_decoder/model.onnx', 'text_encoder/model.onnx'];
    const model = { repository: 'owner/name', revision: 'a'.repeat(40), files, bytes: 7_000_000_000 };
    const { weights, resources, pipelines } = sdxlTurboModel(sdxlTurboOptions.parse({ model }));
    expect(weights).toMatchObject([{ kind: 'hub', ...model }]);
    expect(Number.parseInt(resources.memory, 10)).toBeGreaterThan(7_000);
    expect(pipelines.map(({ synapse }) => synapse.name)).toEqual(['TextToImage']);
  });

  it('says that encoders which draw themselves cannot repeat themselves', async () => {
    await using drawing = await tinyWeights();
    const value = { type: 'float32', dims: ['n', 3, 'h', 'w'] } as const;
    const nodes = [{ operator: 'RandomNormalLike', inputs: ['sample'], outputs: ['latent_sample'] }];
    const graph = encodeModel({ inputs: [{ name: 'sample', ...value }], outputs: [{ name: 'latent_sample', ...value }], nodes });
    await writeFile(join(drawing.path, 'vae_encoder/model.onnx'), graph);
    const promised = (path: string) =>
      sdxlTurboModel(sdxlTurboOptions.parse({ model: path })).pipelines.map(({ capabilities }) => capabilities?.deterministic);
    expect(promised(folder.path)).toEqual([true, true, true, true]);
    expect(promised(drawing.path)).toEqual([true, false, false, false]);
  });

  it('refuses unknown options, paths as precisions and branches', async () => {
    for (const wrong of [{ modell: 'x' }, { model: 'x', precision: '../fp16' }, { model: 'x', ranges: { steps: [4, 1] } }])
      expect((await validate(sdxlTurboOptions, wrong)).ok).toBe(false);
    const branch = { repository: 'a/b', revision: 'main', files: ['x'], bytes: 1 };
    expect((await validate(sdxlTurboOptions, { model: branch })).ok).toBe(false);
  });
});

describe('weights that cannot be used', () => {
  it.each(['text_encoder', 'text_encoder_2', 'unet', 'vae_decoder'] as const)('are named: %s', async (component) => {
    await using broken = await loadTiny({ defects: { [component]: 'nan' } });
    await expect(broken.run('TextToImage', request)).rejects.toThrow(
      expect.objectContaining({ code: 'VISION_DIFFUSION_BROKEN_COMPONENT', details: expect.objectContaining({ component }) }),
    );
  });

  it('are named where they are missing', async () => {
    await expect(loadTiny({ without: ['unet'] })).rejects.toThrow(
      expect.objectContaining({ code: 'VISION_DIFFUSION_MISSING_COMPONENT', details: expect.objectContaining({ component: 'unet' }) }),
    );
  });
});

it('exports the plugin alone', async () => {
  expect(Object.keys(await import('../src/index.ts'))).toEqual(['default']);
});
