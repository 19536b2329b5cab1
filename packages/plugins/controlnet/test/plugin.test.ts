import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { validate } from '@vision-sdk/core';
import { fakeLoadContext, pluginChecks, recordRun } from '@vision-sdk/core/testing';
import { canny, invertedLines, scribbleLines, softEdge } from '@vision-sdk/diffusion';
import { type TinyStableDiffusion, writeTinyStableDiffusion } from '@vision-sdk/diffusion/testing';
import { encodePngBase64, type Raster, resize } from '@vision-sdk/image';
import { afterAll, describe, expect, it } from 'vitest';
import controlnet from '../src/index.ts';
import { controlnetOptions } from '../src/options.ts';
import { complaints, emptyFolder, load, modelOf, noisy, square, type TinyOptions, tinyWeights } from './tiny.ts';

const every = ['canny', 'scribble', 'soft_edge', 'lines', 'depth', 'pose'] as const;
const plain = await tinyWeights();
const xl = await tinyWeights({ model: { kind: 'sdxl' }, types: every });

describe.each([
  ['Stable Diffusion 1.5 with two ControlNets', plain],
  ['SDXL with six', xl],
])('the conformance checks pass: %s', async (_, weights) => {
  for (const check of await pluginChecks(controlnet(weights))) it(check.name, check.run);
});

const [map, other] = await Promise.all([encodePngBase64(noisy(64, 64)), encodePngBase64(noisy(64, 64, 2))]);
const one = { type: 'canny', image: map };
const request = { text_prompts: [{ text: 'a red barn' }], seed: 7, steps: 7, cfg_scale: 3, controls: [one] };
const hex = ({ data }: Raster) => Buffer.from(data).toString('hex');
const distinct = (pictures: readonly Raster[]) => new Set(pictures.map(hex)).size;

/** The largest difference of any two bytes. */
function farthest(a: Raster, b: Raster): number {
  expect([a.width, a.height]).toEqual([b.width, b.height]);
  return a.data.reduce((most, byte, i) => Math.max(most, Math.abs(byte - b.data[i]!)), 0);
}

describe.each([
  ['Stable Diffusion 1.5', {}],
  ['SDXL', { kind: 'sdxl' }],
] satisfies [string, Partial<TinyStableDiffusion>][])('ControlledTextToImage of %s', async (_, tiny) => {
  const weights = await tinyWeights({ model: tiny });
  const model = await load(weights);
  afterAll(() => model[Symbol.asyncDispose]());
  const picture = await model.run(request);
  const with_ = (...controls: object[]) => model.run({ ...request, controls });

  it('depends on map, ControlNet, scale and window', async () => {
    const others = [
      await with_({ ...one, image: other }),
      await with_({ ...one, type: 'depth' }),
      await with_({ ...one, conditioning_scale: 0.5 }),
      await with_({ ...one, conditioning_scale: 0 }),
      await with_({ ...one, guidance_end: 0.5 }),
      await with_({ ...one, guidance_start: 0.5 }),
      await model.run({ ...request, guess_mode: true }),
    ];
    expect(distinct([picture, ...others])).toBe(8);
  });

  it('of two controls is neither of one nor of the other, and the order makes no difference', async () => {
    const second = { type: 'depth', image: other, conditioning_scale: 0.7 };
    const [both, turned] = [await with_(one, second), await with_(second, one)];
    expect(distinct([picture, await with_(second), both])).toBe(3);
    expect(farthest(both, turned)).toBeLessThanOrEqual(1);
  });

  it('counts a control without weight, and one outside of every step, for nothing', async () => {
    const without = await with_({ ...one, conditioning_scale: 0 });
    expect(hex(await with_({ ...one, guidance_start: 0.99 }))).toBe(hex(without));
    expect(hex(await with_(one, { type: 'depth', image: other, conditioning_scale: 0 }))).toBe(hex(picture));
  });

  it('takes the same ControlNet twice: two halves are the whole', async () => {
    const half = { ...one, conditioning_scale: 0.5 };
    expect(hex(await with_(half, half))).toBe(hex(picture));
    expect(hex(await with_(half, { ...half, image: other }))).not.toBe(hex(picture));
  });

  it.each(['', 'x'.repeat(10_000), '\u{1f600}\u{1f469}\u200d\u{1f680}'])('takes prompt %#: empty, long, emoji', async (text) => {
    expect(await model.run({ ...request, text_prompts: [{ text }], guess_mode: true })).toMatchObject({ width: 64, height: 64 });
  });

  it('takes no prompt at all, and leaves steps and guidance to the model', async () => {
    const { controls, seed } = request;
    const context = recordRun(new AbortController().signal);
    expect(await model.run({ controls, seed }, context)).toMatchObject({ width: 64, height: 64 });
    expect(context.steps.at(-1)?.[0]).toBe(context.steps.at(-1)?.[1]);
  });

  it.each([
    ['that is said', { width: 72, height: 80 }, [72, 80]],
    ['that is said off the grid', { width: 65, height: 70 }, [72, 72]],
    ['of the first picture', {}, [88, 64]],
  ])('has the size %s', async (_size, size, expected) => {
    const controls = [{ type: 'canny', image: await encodePngBase64(noisy(88, 64)) }, one];
    const { width, height } = await model.run({ ...request, ...size, controls: controls.slice(0, 1) });
    expect([width, height]).toEqual(expected);
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

  it.each<[string, TinyOptions, number]>([
    ['a factor of one', { net: { scaleInput: 'one' } }, 0],
    ['no factor in the ControlNets', { net: { scaleInput: 'none' } }, 0],
    [
      'ids of 32 bits and floating timesteps',
      { model: { ids: 'int32', timestep: { type: 'float32', form: 'batch' } }, net: { timestep: { form: 'one' } } },
      0,
    ],
    ['data beside the graphs', { model: { externalData: { suffix: '_data' } }, net: { externalData: { suffix: '.data' } } }, 0],
    ["transformers.js' layout", { model: { layout: 'onnx' } }, 0],
    [
      'half precision with floats around it',
      { model: { weights: 'float16', io: 'float32' }, net: { weights: 'float16', io: 'float32' } },
      4,
    ],
    ['half precision throughout', { model: { weights: 'float16' }, net: { weights: 'float16' } }, 4],
  ])('is the same with %s', async (_what, { model: variation, net }, most) => {
    await using varied = await load(await tinyWeights({ model: { ...tiny, ...variation }, ...(net === undefined ? {} : { net }) }));
    expect(farthest(await varied.run(request), picture)).toBeLessThanOrEqual(most);
  });
});

describe('maps of photographs', async () => {
  const weights = await tinyWeights({ types: every });
  const model = await load(weights);
  afterAll(() => model[Symbol.asyncDispose]());
  const photo = square(96, 80);
  const small = resize(photo, { width: 64, height: 72, filter: 'lanczos' });

  it.each([
    ['canny', canny],
    ['scribble', scribbleLines],
    ['soft_edge', softEdge],
    ['lines', invertedLines],
  ] as const)('of %s are made at the size of the result', async (type, preprocess) => {
    const ready = await encodePngBase64(preprocess(small));
    const size = { width: 64, height: 72 };
    const made = await model.run({ ...request, ...size, controls: [{ type, image: await encodePngBase64(photo), preprocess: true }] });
    expect(hex(made)).toBe(hex(await model.run({ ...request, ...size, controls: [{ type, image: ready }] })));
    expect(preprocess(small).data.some((byte) => byte > 0)).toBe(true);
  });

  it('follow the thresholds of the options', async () => {
    await using strict = await load(weights, { canny: { low: 1500, high: 2000 } });
    const asked = { ...request, controls: [{ type: 'canny', image: await encodePngBase64(photo), preprocess: true }] };
    expect(hex(await strict.run(asked))).not.toBe(hex(await model.run(asked)));
  });

  it('are refused for what is no picture, or too large', async () => {
    await using capped = await load(weights, { maxPixels: 64 * 64 });
    const large = capped.run({ ...request, controls: [{ type: 'pose', image: await encodePngBase64(photo) }] });
    await expect(large).rejects.toThrow(expect.objectContaining({ code: 'VISION_IMAGE_TOO_MANY_PIXELS' }));
    const none = capped.run({ ...request, controls: [{ type: 'pose', image: 'bm90IGEgcGljdHVyZQ==' }] });
    await expect(none).rejects.toThrow(expect.objectContaining({ code: 'VISION_IMAGE_UNSUPPORTED_FORMAT' }));
  });
});

describe('requests', () => {
  const text = (value: number, field: string, rule: string) =>
    `Invalid value ${value} provided for ${field}, with engine controlnet. The value ${rule}`;

  it.each<[object, string]>([
    [{}, ''],
    [{ steps: null, cfg_scale: null, text_prompts: [] }, ''],
    [{ steps: 6 }, text(6, 'steps', 'should be an integer between 7 and 25 (inclusive)')],
    [{ cfg_scale: 8.5 }, text(8.5, 'cfg_scale', 'should be between 2 and 8')],
    [{ width: 60, height: 64 }, text(60, 'width', 'should be in between 64 and 168 (inclusive) and multiple of 8')],
    [{ controls: [one, { ...one, type: 'pose' }] }, 'controls.1.type: The value must be one of canny, depth'],
    [
      { controls: [one, { ...one, image: Buffer.from('not a picture').toString('base64') }] },
      'controls.1.image: The bytes are not a PNG, JPEG or WebP file: they begin with "6e6f742061207069"',
    ],
    [{ controls: [{ ...one, type: 'depth', preprocess: true }] }, 'controls.0.preprocess: Maps of depth and pose must be given ready made'],
    [{ controls: [{ ...one, guidance_start: 1 }] }, 'controls.0.guidance_end: The value must be above guidance_start'],
  ])('with %o: "%s"', async (change, expected) => {
    expect(await complaints({ ...request, ...change }, plain)).toBe(expected);
  });

  it('to SDXL have the ranges of SDXL, or those of the options', async () => {
    expect(await complaints({ ...request, steps: 15 }, xl)).toContain('between 6 and 14');
    expect(await complaints({ ...request, steps: 30 }, xl, { ranges: { steps: [1, 50] } })).toBe('');
  });

  it('for a type without a ControlNet are refused by the model as well', async () => {
    await using model = await load(plain);
    const asked = model.run({ ...request, controls: [{ ...one, type: 'pose' }] });
    await expect(asked).rejects.toThrow(expect.objectContaining({ code: 'VISION_DIFFUSION_BAD_CONTROL' }));
  });
});

describe('weights', () => {
  it.each<[string, TinyOptions, string, RegExp]>([
    ['a UNet without inputs for residuals', { model: { residuals: false } }, 'CONTROL_MISMATCH', /the UNet takes no residuals/],
    ['no UNet', { model: { without: ['unet'] } }, 'MISSING_COMPONENT', /no unet/],
    ['no decoder', { model: { without: ['vae_decoder'] } }, 'MISSING_COMPONENT', /no vae_decoder/],
  ])('with %s: refused at loading', async (_, options, code, message) => {
    const error = await load(await tinyWeights(options)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: `VISION_DIFFUSION_${code}`, message: expect.stringMatching(message) });
  });

  it.each<[string, TinyOptions, RegExp]>([
    ['NaN in a ControlNet', { net: { defect: 'nan' } }, /component controlnet_canny .* is NaN/],
    ['a wrong shape of a ControlNet', { net: { defect: 'shape' } }, /component controlnet_canny .* has the shape/],
    ['NaN in the UNet', { model: { defects: { unet: 'nan' } } }, /component unet .* is NaN/],
  ])('with %s: an error that says which component', async (_, options, message) => {
    await using model = await load(await tinyWeights(options));
    const error = await model.run(request).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'VISION_DIFFUSION_BROKEN_COMPONENT', message: expect.stringMatching(message) });
  });

  it('with two UNets: the one is taken that has inputs for residuals', async () => {
    const folder = emptyFolder();
    await writeTinyStableDiffusion(join(folder, 'with'), { kind: 'sd', residuals: true });
    await writeTinyStableDiffusion(folder, { kind: 'sd', residuals: false });
    await mkdir(join(folder, 'controlnet'));
    await rename(join(folder, 'with', 'unet', 'model.onnx'), join(folder, 'controlnet', 'model.onnx'));
    await rename(join(folder, 'with', 'unet', 'config.json'), join(folder, 'controlnet', 'config.json'));
    await using model = await load({ ...plain, model: folder });
    await using usual = await load(plain);
    expect(hex(await model.run(request))).toBe(hex(await usual.run(request)));
    expect(modelOf({ ...plain, model: folder }).weights[0]!.files).not.toContain('unet/model.onnx');
  });

  it('put each component on the device that the config gives it', async () => {
    const asked: string[] = [];
    const deviceOf = (component: string) => {
      asked.push(component);
      return 'cpu';
    };
    await using _model = await load(plain, {}, fakeLoadContext({ deviceOf }));
    expect(asked).toEqual(['text_encoder', 'unet', 'vae_decoder', 'controlnet_canny', 'controlnet_depth']);
    expect(Object.keys(modelOf(plain).resources.components!).toSorted()).toEqual(asked.toSorted());
  });
});

describe('options', () => {
  const hub = (repository: string, file: string) => ({ repository, revision: 'a'.repeat(40), files: [file], bytes: 1 });

  it.each<[string, object]>([
    ['no ControlNets', { controlnets: {} }],
    ['an unknown type', { controlnets: { hed: 'x' } }],
    ['an unknown key', { controlnet: 'x' }],
    ['files of one name in two repositories', { controlnets: { canny: hub('a/b', 'model.onnx'), depth: hub('a/c', 'model.onnx') } }],
    ['thresholds beyond any edge', { canny: { high: 3000 } }],
  ])('refuse %s', async (_, change) => {
    expect((await validate(controlnetOptions, { ...plain, ...change })).ok).toBe(false);
  });

  it('take files of one repository', async () => {
    const controlnets = { canny: hub('a/b', 'SD/Canny/model.onnx'), depth: hub('a/b', 'SD/Depth/model.onnx') };
    expect((await validate(controlnetOptions, { ...plain, controlnets })).ok).toBe(true);
  });
});
