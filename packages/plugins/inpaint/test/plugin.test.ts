import { validate } from '@vision-sdk/core';
import { pluginChecks, recordRun } from '@vision-sdk/core/testing';
import type { TinyStableDiffusion } from '@vision-sdk/diffusion/testing';
import { encodeJpeg } from '@vision-sdk/image';
import { describe, expect, it } from 'vitest';
import inpaint from '../src/index.ts';
import { inpaintOptions } from '../src/options.ts';
import { complaints, load, modelOf, noisy, type Options, part, png, rectangle, tinyWeights } from './tiny.ts';

const told = await tinyWeights();
const blended = await tinyWeights({ inChannels: 4 });

describe.each([
  ['9 channels', told],
  ['4 channels', blended],
])('the conformance checks pass with %s', async (_, model) => {
  for (const check of await pluginChecks(inpaint({ model, ranges: { steps: [1, 3] } }))) it(check.name, check.run);
});

/** 9 x 11 latents. */
const picture = noisy(72, 88);
const words = { text_prompts: [{ text: 'a red barn', weight: 1 }], seed: 7, steps: 3, cfg_scale: 3 };
const hole = [24, 16, 48, 40] as const;
const masked = { ...words, init_image: await png(picture), mask_image: await png(rectangle(72, 88, hole)) };
const extended = { ...words, init_image: await png(picture), pad_left: 13, pad_bottom: 8 };
const same = (a: { readonly data: Uint8Array }, b: { readonly data: Uint8Array }) => Buffer.compare(a.data, b.data) === 0;

const VARIATIONS: readonly (readonly [string, Partial<TinyStableDiffusion>])[] = [
  ['9 channels', {}],
  ['4 channels', { inChannels: 4 }],
  ['SDXL of 4 channels', { kind: 'sdxl', inChannels: 4 }],
  ['SDXL of 9 channels', { kind: 'sdxl' }],
  ['half precision throughout', { weights: 'float16' }],
  ['half precision inside', { weights: 'float16', io: 'float32' }],
  ['ids of 32 bits, timesteps for each entry', { ids: 'int32', timestep: { form: 'batch', type: 'float32' } }],
  ['an encoder that gives latents', { encodes: 'latent_sample' }],
  ['data beside the graphs', { externalData: { suffix: '_data' } }],
  ["transformers.js' layout", { layout: 'onnx' }],
  ['latents of 16 channels', { latentChannels: 16, inChannels: 33 }],
  ['a VAE of another scale', { vaeScale: 4, sampleSize: 16 }],
];

describe.each(VARIATIONS)('weights with %s', (_, tiny) => {
  it('fill a hole that the mask says, at odd sizes of latents', async () => {
    await using model = await load(await tinyWeights(tiny));
    const answer = await model.run('Inpaint', masked);
    expect(answer).toMatchObject({ width: 72, height: 88 });
    expect(same(answer, await model.run('Inpaint', { ...masked, mask_image: await png(rectangle(72, 88, [0, 0, 16, 16])) }))).toBe(false);
    expect(same(answer, await model.run('Inpaint', { ...masked, seed: 8 }))).toBe(false);
    expect(same(answer, await model.run('Inpaint', masked))).toBe(true);
  });

  it('extend a picture and keep its pixels', async () => {
    await using model = await load(await tinyWeights(tiny));
    const answer = await model.run('Uncrop', extended);
    expect(answer).toMatchObject({ width: 85, height: 96 });
    expect(part(answer, [13, 0, 85, 88])).toEqual(Buffer.from(picture.data));
    expect(part(answer, [0, 0, 13, 96])).not.toEqual(part(await model.run('Uncrop', { ...extended, seed: 8 }), [0, 0, 13, 96]));
  });
});

describe('Inpaint', () => {
  it('has the size that Vision gives a picture', async () => {
    await using model = await load(told);
    const sized = async (width: number, height: number) => model.run('Inpaint', { ...masked, init_image: await png(noisy(width, height)) });
    expect(await sized(77, 66)).toMatchObject({ width: 80, height: 72 });
    expect(await sized(30, 30)).toMatchObject({ width: 64, height: 64 });
    expect(await sized(336, 168)).toMatchObject({ width: 168, height: 88 });
  });

  it.each<[string, Options]>([
    ['keepRest', { keepRest: true }],
    ['paddingCrop', { paddingCrop: 4 }],
  ])('keeps every pixel outside of the mask with %s, in the size of the picture', async (_, options) => {
    await using model = await load(told, options);
    const odd = noisy(101, 67, 3);
    const [init_image, mask_image] = [await png(odd), await png(rectangle(101, 67, [50, 20, 61, 50]))];
    const answer = await model.run('Inpaint', { ...masked, init_image, mask_image });
    expect(answer).toMatchObject({ width: 101, height: 67 });
    for (const kept of [
      [0, 0, 101, 20],
      [0, 50, 101, 67],
      [0, 20, 50, 50],
      [61, 20, 101, 50],
    ] as const)
      expect(part(answer, kept)).toEqual(part(odd, kept));
    expect(part(answer, [50, 20, 61, 50])).not.toEqual(part(odd, [50, 20, 61, 50]));
  });

  it('with paddingCrop works on the part around the mask', async () => {
    await using model = await load(told, { paddingCrop: 4 });
    await using whole = await load(told, { keepRest: true });
    expect(same(await model.run('Inpaint', masked), await whole.run('Inpaint', masked))).toBe(false);
    const farChange = {
      width: 72,
      height: 88,
      channels: 3,
      data: picture.data.map((byte, i) => (i < 72 * 3 ? 255 - byte : byte)),
    } as const;
    const painted = async (image: typeof picture) => part(await model.run('Inpaint', { ...masked, init_image: await png(image) }), hole);
    expect(await painted(farChange)).toEqual(await painted(picture));
  });

  it('takes masks of another size, in colours, empty and full', async () => {
    await using model = await load(told, { keepRest: true });
    const answer = async (mask: Parameters<typeof png>[0]) => model.run('Inpaint', { ...masked, mask_image: await png(mask) });
    const half = await answer(rectangle(36, 44, [12, 8, 24, 20]));
    expect(part(half, [0, 60, 72, 88])).toEqual(part(picture, [0, 60, 72, 88]));
    expect(part(half, [26, 18, 46, 38])).not.toEqual(part(picture, [26, 18, 46, 38]));
    expect(await answer(rectangle(72, 88, [0, 0, 0, 0]))).toEqual(picture);
    expect(same(await answer(rectangle(72, 88, [0, 0, 72, 88])), picture)).toBe(false);
    expect(await answer(noisy(5, 3))).toMatchObject({ width: 72, height: 88 });
  });

  it('leaves a picture with an empty mask alone, also with paddingCrop', async () => {
    await using model = await load(blended, { paddingCrop: 8 });
    expect(await model.run('Inpaint', { ...masked, mask_image: await png(rectangle(72, 88, [0, 0, 0, 0])) })).toEqual(picture);
  });

  it('begins with what is there where the strength says so', async () => {
    await using all = await load(told);
    await using some = await load(told, { strength: 0.5 });
    const context = recordRun(new AbortController().signal);
    const answer = await some.run('Inpaint', { ...masked, steps: 10 }, context);
    expect(context.steps.at(-1)).toEqual([5, 5]);
    expect(same(answer, await all.run('Inpaint', { ...masked, steps: 10 }))).toBe(false);
  });

  it('says when the strength leaves no step', async () => {
    await using model = await load(told, { strength: 0.2 });
    await expect(model.run('Inpaint', masked)).rejects.toMatchObject({ code: 'VISION_DIFFUSION_BAD_STEPS' });
  });

  it.each([
    ['nothing', ''],
    ['10,000 letters', 'x'.repeat(10_000)],
    ['emoji', '\u{1f600}\u{1f469}\u200d\u{1f680}'],
    ['half a pair', '\ud83d'],
  ])('paints a prompt of %s', async (_, text) => {
    await using model = await load(told);
    expect(await model.run('Inpaint', { ...masked, steps: 1, text_prompts: [{ text }] })).toMatchObject({ width: 72 });
  });

  it('puts the prefix before negative prompts', async () => {
    await using prefixed = await load(told, { negativePrefix: 'ugly, ' });
    await using plain = await load(told, { negativePrefix: '' });
    const negative = { ...masked, text_prompts: [...words.text_prompts, { text: 'ugly, rain', weight: -1 }] };
    const rain = { ...masked, text_prompts: [...words.text_prompts, { text: 'rain', weight: -1 }] };
    expect(same(await prefixed.run('Inpaint', rain), await plain.run('Inpaint', negative))).toBe(true);
    expect(same(await prefixed.run('Inpaint', rain), await plain.run('Inpaint', rain))).toBe(false);
  });

  it('paints otherwise with another scheduler', async () => {
    await using own = await load(told);
    await using euler = await load(told, { scheduler: 'EulerDiscreteScheduler' });
    expect(same(await own.run('Inpaint', masked), await euler.run('Inpaint', masked))).toBe(false);
  });
});

describe('Uncrop', () => {
  it.each([
    ['a little with a small model', {}, [104, 120]],
    ['one side', { pad_top: 5 }, [72, 93]],
    ['an aspect ratio', { aspect_ratio: 2 }, [176, 88]],
    ['sides and an aspect ratio', { pad_top: 40, aspect_ratio: 1 }, [128, 128]],
    ['nothing that is missing', { aspect_ratio: 72 / 88 }, [72, 88]],
  ])('extends by %s', async (_, sides, [width, height]) => {
    await using model = await load(blended);
    const { pad_left: _l, pad_bottom: _b, ...plain } = extended;
    const answer = await model.run('Uncrop', { ...plain, ...sides, steps: 1 });
    expect(answer).toMatchObject({ width, height });
    const [left, top] = { 104: [16, 16], 176: [52, 0], 128: [28, 40] }[width as number] ?? [0, height! - 88];
    expect(part(answer, [left!, top!, left! + 72, top! + 88])).toEqual(Buffer.from(picture.data));
  });

  it("extends by the sides that the later Vision miners took, with a model of their models' size", async () => {
    await using model = await load(blended, { ranges: { side: [64, 1344], defaultSide: 1024 } });
    const { pad_left: _l, pad_bottom: _b, ...plain } = extended;
    const answer = await model.run('Uncrop', { ...plain, steps: 1 });
    expect(answer).toMatchObject({ width: 72 + 2 * 104, height: 88 + 2 * 104 });
    expect(part(answer, [104, 104, 104 + 72, 104 + 88])).toEqual(Buffer.from(picture.data));
  });

  it('paints a large canvas at a smaller size', async () => {
    await using model = await load(told);
    const large = noisy(300, 200, 4);
    const answer = await model.run('Uncrop', { ...words, steps: 1, init_image: await png(large), pad_right: 100 });
    expect(answer).toMatchObject({ width: 400, height: 200 });
    expect(part(answer, [0, 0, 300, 200])).toEqual(Buffer.from(large.data));
  });

  it('fades into the picture by feather, and changes nothing farther away', async () => {
    await using model = await load(told);
    const answer = (feather: number) => model.run('Uncrop', { ...extended, pad_left: 64, feather });
    const [hard, soft] = [await answer(0), await answer(16)];
    expect(part(soft, [0, 0, 47, 88])).toEqual(part(hard, [0, 0, 47, 88]));
    expect(part(soft, [48, 0, 64, 88])).not.toEqual(part(hard, [48, 0, 64, 88]));
  });

  it('leaves steps and guidance to the model', async () => {
    await using model = await load(told, { ranges: { steps: [2, 4], guidance: [1, 3] } });
    const { steps: _s, cfg_scale: _c, ...silent } = extended;
    const context = recordRun(new AbortController().signal);
    const answer = await model.run('Uncrop', silent, context);
    expect(context.steps).toHaveLength(3);
    expect(same(answer, await model.run('Uncrop', { ...silent, steps: 3, cfg_scale: 2 }))).toBe(true);
  });
});

describe('what is accepted', () => {
  const asked = { ...masked, engine: 'stable-diffusion-1.5', steps: 10 };
  const vision = { folder: told };

  it("is Vision's body as it is, and what its own validator refused", async () => {
    const { init_image, mask_image, text_prompts } = masked;
    expect(await complaints('Inpaint', { init_image, mask_image, text_prompts, seed: 3 }, vision)).toBe('');
    expect(await complaints('Inpaint', { ...masked, engine: 'kandinsky-2.2', steps: 24, cfg_scale: 7.5 }, vision)).toBe('');
    expect(await complaints('Uncrop', { init_image, seed: 3 }, vision)).toBe('');
  });

  it.each([
    [
      'steps',
      { steps: 26 },
      'Invalid value 26 provided for steps, with engine stable-diffusion-1.5. The value should be an integer between 7 and 25 (inclusive)',
    ],
    [
      'guidance',
      { cfg_scale: 8.5 },
      'Invalid value 8.5 provided for cfg_scale, with engine stable-diffusion-1.5. The value should be between 2 and 8',
    ],
    [
      "another engine's steps",
      { engine: 'kandinsky-2.2', steps: 10 },
      'Invalid value 10 provided for steps, with engine kandinsky-2.2. The value should be an integer between 20 and 40',
    ],
    ['the engine', { engine: 'dall-e' }, 'Engine dall-e not supported'],
    ['the prompts', { text_prompts: [] }, 'Text prompts cannot be empty'],
    ['the mask', { mask_image: null }, 'Mask image cannot be empty'],
  ])('Inpaint: names %s', async (_, change, text) => {
    expect(await complaints('Inpaint', { ...asked, ...change }, vision)).toContain(text);
  });

  it.each([
    ['steps', { steps: 3 }, 'Invalid value 3 provided for steps'],
    ['nothing to add', { pad_left: 0, pad_bottom: 0 }, 'Give a side to extend, or an aspect ratio'],
    ['what would be too large', { pad_left: 2048 }, 'The result would have 2120 x 96 pixels. The most is 65536 pixels'],
    ['a ratio that would be too large', { aspect_ratio: 8 }, 'The result would have 768 x 96 pixels. The most is 65536 pixels'],
  ])('Uncrop: names %s', async (_, change, text) => {
    expect(await complaints('Uncrop', { ...extended, steps: 10, ...change }, { ...vision, maxPixels: 65_536 })).toContain(text);
  });

  it('Uncrop: sees what would be too large behind a mebibyte of comments', async () => {
    const small = await encodeJpeg(noisy(72, 88), { quality: 90 });
    // A comment is its mark, a length that counts itself, and so many bytes.
    const comment = Buffer.alloc(65_535).fill(Uint8Array.of(0xff, 0xfe, 0xff, 0xfd), 0, 4);
    const late = Buffer.concat([small.subarray(0, 2), ...new Array<Buffer>(14).fill(comment), small.subarray(2)]);
    const request = { ...extended, steps: 10, init_image: late.toString('base64') };
    expect(await complaints('Uncrop', request, { ...vision, maxPixels: 65_536 })).toBe('');
    expect(await complaints('Uncrop', { ...request, pad_left: 2048 }, { ...vision, maxPixels: 65_536 })).toContain('The result would have');
  });

  it('refuses pictures and masks that are none, or too large, before they are decoded', async () => {
    await using model = await load(told, { maxPixels: 65_536 });
    const code = (change: object, name: 'Inpaint' | 'Uncrop' = 'Inpaint') =>
      model.run(name, { ...masked, ...change }).catch((error: { code: string }) => error.code);
    expect(await code({ init_image: 'bm90IGEgcGljdHVyZQ==' })).toBe('VISION_IMAGE_UNSUPPORTED_FORMAT');
    expect(await code({ mask_image: 'bm90IGEgcGljdHVyZQ==' })).toBe('VISION_IMAGE_UNSUPPORTED_FORMAT');
    expect(await code({ mask_image: await png(noisy(257, 256)) })).toBe('VISION_IMAGE_TOO_MANY_PIXELS');
    expect(await code({ init_image: await png(noisy(257, 256)) }, 'Uncrop')).toBe('VISION_IMAGE_TOO_MANY_PIXELS');
  });
});

describe('weights on a hub', () => {
  const hub = {
    ...{ repository: 'owner/inpainting', revision: 'a'.repeat(40), bytes: 4_000_000_000 },
    files: ['model_index.json', ...['text_encoder', 'unet', 'vae_decoder', 'vae_encoder'].map((name) => `${name}/model.onnx`)],
  };

  it('are declared as they are, and asked for what Vision asks of Stable Diffusion 1.5', async () => {
    const { models = [] } = await inpaint({ model: hub }).contribute(inpaintOptions.parse({ model: hub, licence: 'openrail' }));
    const [model] = models;
    expect(model!.weights).toMatchObject([{ kind: 'hub', repository: 'owner/inpainting', files: hub.files, licence: 'openrail' }]);
    expect(Number.parseInt(model!.resources.memory, 10)).toBeGreaterThan(4_000_000_000 / 2 ** 20);
    const accepts = model!.pipelines.find(({ synapse }) => synapse.name === 'Inpaint')!.accepts!;
    expect(await validate(accepts, { ...masked, steps: 7, engine: 'stable-diffusion-1.5' })).toMatchObject({ ok: true });
  });
});

describe('broken weights are named', () => {
  it.each(['text_encoder', 'unet', 'vae_encoder', 'vae_decoder'] as const)('%s that gives NaN', async (component) => {
    await using model = await load(await tinyWeights({ defects: { [component]: 'nan' } }));
    await expect(model.run('Inpaint', masked)).rejects.toMatchObject({
      code: 'VISION_DIFFUSION_BROKEN_COMPONENT',
      message: expect.stringContaining(component),
    });
  });

  it.each(['unet', 'vae_encoder', 'vae_decoder'] as const)('%s of a wrong shape', async (component) => {
    await using model = await load(await tinyWeights({ defects: { [component]: 'shape' } }));
    await expect(model.run('Uncrop', extended)).rejects.toMatchObject({
      code: 'VISION_DIFFUSION_BROKEN_COMPONENT',
      message: expect.stringContaining(component),
    });
  });

  it.each(['text_encoder', 'unet', 'vae_encoder', 'vae_decoder'])('%s that is missing', async (component) => {
    const folder = await tinyWeights({ without: [component] });
    await expect(load(folder)).rejects.toMatchObject({
      code: 'VISION_DIFFUSION_MISSING_COMPONENT',
      message: expect.stringContaining(component),
    });
    expect(modelOf(folder).weights[0]!.files).toContain(`${component}/model.onnx`);
  });

  it('a network of other channels', async () => {
    await using model = await load(await tinyWeights({ inChannels: 8 }));
    await expect(model.run('Inpaint', masked)).rejects.toMatchObject({
      code: 'VISION_DIFFUSION_NO_INPAINTING',
      message: 'This network cannot inpaint: it takes 8 channels, where 4 or 9 are needed.',
    });
  });
});

it('ends within one step', async () => {
  await using model = await load(told);
  const controller = new AbortController();
  const context = recordRun(controller.signal, () => controller.abort());
  await expect(model.run('Uncrop', extended, context)).rejects.toMatchObject({ name: 'AbortError' });
  expect(context.steps).toEqual([[1, 3]]);
});
