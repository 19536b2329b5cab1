import { type InputOf, validate } from '@vision-sdk/core';
import { pluginChecks, recordRun } from '@vision-sdk/core/testing';
import type { TinyControlNet, TinyStableDiffusion } from '@vision-sdk/diffusion/testing';
import { encodePngBase64, type Raster } from '@vision-sdk/image';
import { afterAll, describe, expect, it } from 'vitest';
import { drawingOf } from '../src/drawing.ts';
import scribble from '../src/index.ts';
import { scribbleOptions } from '../src/options.ts';
import { complaints, load, modelOf, noisy, tinyWeights } from './tiny.ts';

const plain = await tinyWeights();

describe('the conformance checks pass', async () => {
  for (const check of await pluginChecks(scribble(plain))) it(check.name, check.run);
});

const init_image = await encodePngBase64(noisy(64, 64));
const request = { text_prompts: [{ text: 'a red barn' }], seed: 7, steps: 7, cfg_scale: 3, init_image };
const hex = ({ data }: Raster) => Buffer.from(data).toString('hex');

/** The largest difference of any two bytes. */
function farthest(a: Raster, b: Raster): number {
  expect([a.width, a.height]).toEqual([b.width, b.height]);
  return a.data.reduce((most, byte, i) => Math.max(most, Math.abs(byte - b.data[i]!)), 0);
}

describe('Scribble', async () => {
  const model = await load(plain);
  afterAll(() => model[Symbol.asyncDispose]());
  const picture = await model.run(request);

  it('depends on drawing, words, seed, steps and guidance, and not on image_strength', async () => {
    const others = await Promise.all([
      model.run({ ...request, init_image: await encodePngBase64(noisy(64, 64, { seed: 2 })) }),
      model.run({ ...request, text_prompts: [{ text: 'a blue barn' }] }),
      model.run({ ...request, seed: 8 }),
      model.run({ ...request, steps: 8 }),
      model.run({ ...request, cfg_scale: 4 }),
    ]);
    expect(new Set([picture, ...others].map(hex)).size).toBe(6);
    expect(hex(await model.run({ ...request, image_strength: 0.75 }))).toBe(hex(picture));
  });

  it('depends on what is not wanted, and on what is put before it', async () => {
    const text_prompts = [...request.text_prompts, { text: 'rain', weight: -1 }];
    await using unfettered = await load(plain, { negativePrefix: '' });
    const pictures = [await unfettered.run(request), await unfettered.run({ ...request, text_prompts }), picture];
    expect(new Set(pictures.map(hex)).size).toBe(3);
  });

  it('guesses without words, and not with them', async () => {
    const modes: (boolean | undefined)[] = [];
    const { controlnet } = model.loaded.nets;
    const net = { ...controlnet!.net, residuals: controlnet!.net.residuals, predict: controlnet!.net.predict.bind(controlnet!.net) };
    const pipeline = modelOf(plain).pipelines[0]!;
    for (const text_prompts of [[{ text: '' }], [{ text: 'rain', weight: -1 }], [{ text: 'a' }]]) {
      const batches: number[] = [];
      const predict: typeof net.predict = (input, signal) => {
        batches.push(input.sample.dims[0]!);
        return net.predict(input, signal);
      };
      const watched = { ...model.loaded, nets: { controlnet: { ...controlnet!, net: { ...net, predict } } } };
      const asked = pipeline.synapse.request.parse({ ...request, text_prompts });
      await pipeline.run(watched as never, asked, recordRun(new AbortController().signal));
      modes.push(batches.every((batch) => batch === 1) && batches.length === 7);
    }
    expect(modes).toEqual([true, true, false]);
  });

  it.each([
    ['said', { width: 72, height: 104 }, [72, 104]],
    ['said off the grid', { width: 65, height: 70 }, [72, 72]],
    ['that of the drawing', {}, [64, 64]],
    ['that of the drawing where only one side is said', { width: 128 }, [64, 64]],
  ])('has the size %s', async (_, size, expected) => {
    const { width, height } = await model.run({ ...request, ...size });
    expect([width, height]).toEqual(expected);
  });

  it('rounds the size of the drawing up', async () => {
    const odd = await model.run({ ...request, init_image: await encodePngBase64(noisy(65, 90)) });
    expect([odd.width, odd.height]).toEqual([72, 96]);
  });

  it.each(['x'.repeat(10_000), '\u{1f600}\u{1f469}\u200d\u{1f680}', ' '])('takes prompt %#: long, emoji, blank', async (text) => {
    expect(await model.run({ ...request, text_prompts: [{ text }] })).toMatchObject({ width: 64, height: 64 });
  });

  it('reports every step, and ends within the one in which it is cancelled', async () => {
    const controller = new AbortController();
    const context = recordRun(controller.signal, (step) => void (step === 2 && controller.abort()));
    await expect(model.run(request, context)).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
    expect(context.steps).toEqual([
      [1, 7],
      [2, 7],
    ]);
  });

  it('refuses what is no picture, or too large, before it is decoded', async () => {
    await using small = await load(plain, { maxPixels: 64 * 64 });
    const large = await encodePngBase64(noisy(65, 64));
    await expect(small.run({ ...request, init_image: large })).rejects.toThrow(
      expect.objectContaining({ code: 'VISION_IMAGE_TOO_MANY_PIXELS' }),
    );
    await expect(small.run({ ...request, init_image: 'bm90IGEgcGljdHVyZQ==' })).rejects.toThrow(
      expect.objectContaining({ code: 'VISION_IMAGE_UNSUPPORTED_FORMAT' }),
    );
  });

  it.each<[string, Partial<TinyStableDiffusion>, Partial<TinyControlNet>, number]>([
    ['without a factor in the ControlNet', {}, { scaleInput: 'none' }, 0],
    ['with a factor of one', {}, { scaleInput: 'one' }, 0],
    ['with ids of 32 bits and a timestep for each entry', { ids: 'int32', timestep: { form: 'batch' } }, { timestep: { form: 'one' } }, 0],
    ['with data beside the graphs', { externalData: { suffix: '_data' } }, { externalData: { suffix: '.data' } }, 0],
    ['in half precision with floats around it', { weights: 'float16', io: 'float32' }, { weights: 'float16', io: 'float32' }, 4],
    ['in half precision throughout', { weights: 'float16' }, { weights: 'float16' }, 4],
    ['with a ControlNet in half precision', {}, { weights: 'float16' }, 4],
  ])('is the same %s', async (_, tiny, net, most) => {
    await using other = await load(await tinyWeights(tiny, net));
    expect(farthest(await other.run(request), picture)).toBeLessThanOrEqual(most);
  });
});

describe('masks of 0 and 1', () => {
  const faint = noisy(64, 64, { most: 1 });

  it('are all but black as they are sent, and black and white when brightened', () => {
    expect(drawingOf(faint, 'as-sent')).toBe(faint);
    expect(new Set(drawingOf(faint, 'brightened').data)).toEqual(new Set([0, 255]));
    const grey = noisy(8, 8, { most: 2 });
    expect(drawingOf(grey, 'brightened')).toBe(grey);
  });

  it('give another picture when brightened: that of the mask in black and white', async () => {
    const bright = { ...faint, data: faint.data.map((byte) => byte * 255) };
    await using sent = await load(plain);
    await using brightened = await load(plain, { masks: 'brightened' });
    const asked = { ...request, init_image: await encodePngBase64(faint) };
    expect(hex(await brightened.run(asked))).not.toBe(hex(await sent.run(asked)));
    expect(hex(await brightened.run(asked))).toBe(hex(await sent.run({ ...request, init_image: await encodePngBase64(bright) })));
  });
});

describe('requests', () => {
  const vision = { text_prompts: [{ text: 'a', weight: 1 }], seed: 1, init_image, cfg_scale: 2, steps: 7, engine: 'stable-diffusion-1.5' };
  const text = (value: number, field: string, rule: string) =>
    `Invalid value ${value} provided for ${field}, with engine stable-diffusion-1.5. The value ${rule}`;

  it.each<[object, string]>([
    [{}, ''],
    [{ steps: 25, cfg_scale: 8, width: 64, height: 168 }, ''],
    [{ steps: 6 }, text(6, 'steps', 'should be an integer between 7 and 25 (inclusive)')],
    [{ steps: 26 }, text(26, 'steps', 'should be an integer between 7 and 25 (inclusive)')],
    [{ cfg_scale: 1.99 }, text(1.99, 'cfg_scale', 'should be between 2 and 8')],
    [{ cfg_scale: 8.01 }, text(8.01, 'cfg_scale', 'should be between 2 and 8')],
    [{ width: 176, height: 64 }, text(176, 'width', 'should be in between 64 and 168 (inclusive) and multiple of 8')],
    [{ engine: 'stable-diffusion-xl-turbo' }, 'engine: Engine stable-diffusion-xl-turbo not supported'],
    [{ text_prompts: [] }, 'text_prompts: Text prompts cannot be empty'],
  ])('with %o: "%s"', async (change, expected) => {
    expect(await complaints({ ...vision, ...change }, plain)).toBe(expected);
  });

  it("without anything that has a default are taken, unlike by Vision's own validators", async () => {
    expect(await complaints({ text_prompts: [{ text: 'a' }], seed: 1, init_image }, plain)).toBe('');
  });

  it('have the ranges of Vision where the weights have its size, and those of the options', async () => {
    const full = await tinyWeights({ sampleSize: 64 });
    expect(await complaints({ ...vision, width: 1344, height: 512 }, full)).toBe('');
    expect(await complaints({ ...vision, width: 1345, height: 512 }, full)).toContain(
      'between 512 and 1344 (inclusive) and multiple of 64',
    );
    expect(
      await complaints({ ...vision, steps: 30 }, plain, { ranges: { steps: [1, 30] }, engines: ['mine', 'stable-diffusion-1.5'] }),
    ).toBe('');
  });
});

describe('weights', () => {
  it.each<[string, Partial<TinyStableDiffusion>, Partial<TinyControlNet>, string, RegExp]>([
    ['a UNet without inputs for residuals', { residuals: false }, {}, 'CONTROL_MISMATCH', /the UNet takes no residuals/],
    ['no UNet', { without: ['unet'] }, {}, 'MISSING_COMPONENT', /no unet: unet\/model.onnx is not there/],
    ['no text encoder', { without: ['text_encoder'] }, {}, 'MISSING_COMPONENT', /no text_encoder/],
    ['no decoder', { without: ['vae_decoder'] }, {}, 'MISSING_COMPONENT', /no vae_decoder/],
    ['no scheduler', { without: ['scheduler'] }, {}, 'BAD_CONFIG', /scheduler_config.json/],
  ])('%s: refused at loading', async (_, tiny, net, code, message) => {
    const error = await load(await tinyWeights(tiny, net)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: `VISION_DIFFUSION_${code}`, message: expect.stringMatching(message) });
  });

  it('without a ControlNet: refused at loading', async () => {
    const error = await load({ ...plain, controlnet: `${plain.model}/scheduler` }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'VISION_DIFFUSION_MISSING_COMPONENT', message: expect.stringContaining('no controlnet') });
  });

  it('of a ControlNet of SDXL on Stable Diffusion 1.5: an error that names the component', async () => {
    await using model = await load(await tinyWeights({}, { kind: 'sdxl' }));
    await expect(model.run(request)).rejects.toThrow(/controlnet|text_embeds/);
  });

  it.each<[string, Partial<TinyStableDiffusion>, Partial<TinyControlNet>, RegExp]>([
    ['NaN in the ControlNet', {}, { defect: 'nan' }, /component controlnet .* is NaN/],
    ['NaN in the UNet', { defects: { unet: 'nan' } }, {}, /component unet .* is NaN/],
    ['NaN in the decoder', { defects: { vae_decoder: 'nan' } }, {}, /component vae_decoder .* is NaN/],
    ['NaN in the text encoder', { defects: { text_encoder: 'nan' } }, {}, /component text_encoder .* is NaN/],
    ['a wrong shape of the ControlNet', {}, { defect: 'shape' }, /component controlnet .* has the shape \[2, 8, 8, 7\] for latents/],
    ['a wrong shape of the UNet', { defects: { unet: 'shape' } }, {}, /component unet .* has the shape/],
  ])('with %s: an error that says which component', async (_, tiny, net, message) => {
    await using model = await load(await tinyWeights(tiny, net));
    const error = await model.run(request).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'VISION_DIFFUSION_BROKEN_COMPONENT', message: expect.stringMatching(message) });
  });

  it('are declared with their bytes, and memory by component', () => {
    const model = modelOf(plain, { licence: 'CreativeML OpenRAIL-M' });
    expect(model.weights.map(({ kind, bytes, licence }) => [kind, bytes > 0, licence])).toEqual([
      ['folder', true, 'CreativeML OpenRAIL-M'],
      ['folder', true, 'CreativeML OpenRAIL-M'],
    ]);
    expect(Object.keys(model.resources.components!).toSorted()).toEqual(['controlnet', 'text_encoder', 'unet', 'vae_decoder']);
    expect(modelOf(plain, { memory: '5GiB', components: { controlnet: '1GiB' } }).resources).toMatchObject({
      memory: '5GiB',
      components: { controlnet: '1GiB' },
    });
  });
});

describe('options', () => {
  const hub = (repository: string, file: string) => ({ repository, revision: 'a'.repeat(40), files: [file], bytes: 1 });

  it.each<[string, object]>([
    ['no ControlNet', { controlnet: undefined }],
    ['an unknown key', { controlnets: {} }],
    ['a branch', { model: { ...hub('a/b', 'unet/model.onnx'), revision: 'main' } }],
    ['files of one name in two repositories', { model: hub('a/b', 'model.onnx'), controlnet: hub('a/c', 'model.onnx') }],
    ['an unknown scheduler', { scheduler: 'Euler' }],
    ['ranges the wrong way round', { ranges: { steps: [9, 3] } }],
  ])('refuse %s', async (_, change) => {
    expect((await validate(scribbleOptions, { ...plain, ...change })).ok).toBe(false);
  });

  it('name a ControlNet of a hub by its file', () => {
    const controlnet = hub('TensorStack/ControlNet-onnx', 'SD/Scribble/model.onnx');
    const { weights } = scribbleModelOf({ ...plain, controlnet });
    expect(weights[0]).toMatchObject({ kind: 'hub', graphs: { controlnet: 'SD/Scribble/model.onnx' } });
  });
});

function scribbleModelOf(options: InputOf<typeof scribbleOptions>) {
  return scribble().contribute(scribbleOptions.parse(options)).models![0]!;
}
