import { type AnySynapse, createRandom, formatIssues, type RequestInput, type SampleContext, validate } from '@vision-sdk/core';
import { ImageToImage, Inpaint, TextToImage, Uncrop } from '@vision-sdk/core/synapses';
import { pluginChecks, recordRun } from '@vision-sdk/core/testing';
import { fromVaePixels, toVaePixels } from '@vision-sdk/diffusion';
import { type TinyKandinsky, writeTinyKandinsky } from '@vision-sdk/diffusion/testing';
import { decodeBase64Image, encodePngBase64, psnr } from '@vision-sdk/image';
import { afterAll, describe, expect, it } from 'vitest';
import kandinsky from '../src/index.ts';
import { inpaint } from '../src/inpaint.ts';
import type { KandinskyParts } from '../src/parts.ts';
import { textToImage } from '../src/text-to-image.ts';
import { ask, halfMask, noisy, type Options, picture, pipelineOf, QUICK, SMALL, temporaryFolder, tinyKandinsky } from './model.ts';

const shared = await tinyKandinsky();
afterAll(() => shared[Symbol.asyncDispose]());

function sampleContext(seed: number): SampleContext {
  const random = createRandom(seed);
  return {
    random,
    prompt: () => 'three lemons on a blue table',
    image: ({ width, height }) => picture(width, height, seed),
    mask: ({ width, height }) => halfMask(width, height),
  };
}

describe.each<[string, TinyKandinsky, Options]>([
  ['as Vision ran it', {}, QUICK],
  [
    "image-to-image from latents, a guided prior, the model's own scheduler",
    {},
    { prior: { steps: 2, guidance: 4 }, imageToImage: 'latents', keepRest: true, scheduler: 'model', noise: 'bfloat16' },
  ],
])('the conformance checks pass: %s', async (_, weights, options) => {
  const folder = temporaryFolder();
  afterAll(() => folder[Symbol.dispose]());
  await writeTinyKandinsky(folder.path, { ...SMALL, ...weights });
  for (const check of await pluginChecks(kandinsky({ ...options, model: folder.path }), { sampleContext })) it(check.name, check.run);
});

const seed = 7;
const words = { text_prompts: [{ text: 'a castle', weight: 1 }], engine: 'kandinsky-2.2', steps: 20, cfg_scale: 4, seed };
const [init_image, mask_image] = await Promise.all([picture(24, 20), halfMask(24, 20)]);
const sized = { ...words, width: 24, height: 20 };

const OPERATIONS: readonly [AnySynapse, object][] = [
  [TextToImage, sized],
  [ImageToImage, { ...sized, init_image }],
  [Inpaint, { ...words, init_image, mask_image }],
  [Uncrop, { ...words, init_image, pad_right: 9 }],
];
const request = <S extends AnySynapse>(synapse: S) => OPERATIONS.find(([one]) => one === (synapse as AnySynapse))![1] as RequestInput<S>;

describe('the operations', () => {
  it.each(OPERATIONS)('$name answers in the form of the wire, as large as asked', async (synapse, body) => {
    const parsed = await validate(synapse.request, body);
    if (!parsed.ok) throw new Error(formatIssues(parsed.issues));
    const response = await pipelineOf(shared, synapse).run(shared.loaded, parsed.value, recordRun(new AbortController().signal));
    expect(response).toEqual({ error_message: null, image_b64s: [expect.any(String)], clip_embeddings: null, image_hashes: null });
    const { width, height } = await decodeBase64Image((response as { image_b64s: string[] }).image_b64s[0]!);
    expect([width, height]).toEqual(synapse === Uncrop ? [33, 20] : [24, 20]);
  });

  it.each(OPERATIONS)('$name depends on the seed, the prompt and the negative prompt', async (synapse, body) => {
    const others = [
      { seed: 8 },
      { text_prompts: [{ text: 'a boat' }] },
      { text_prompts: [{ text: 'a castle' }, { text: 'fog', weight: -1 }] },
    ];
    const pictures = await Promise.all([{}, ...others].map((change) => ask(shared, synapse, { ...body, ...change } as never)));
    expect(new Set(pictures.map(([one]) => Buffer.from(one!.data).toString('base64'))).size).toBe(4);
  });

  it.each(OPERATIONS)('$name takes empty prompts, emoji and ten thousand characters', async (synapse, body) => {
    for (const text of ['', '👩‍🚀🚀', 'a very long prompt '.repeat(530)])
      expect(await ask(shared, synapse, { ...body, text_prompts: [{ text }] } as never)).toHaveLength(1);
  });

  it.each(OPERATIONS)(
    '$name counts the steps of the prior and of the decoder, and ends within the step in which it is cancelled',
    async (synapse, body) => {
      const whole = recordRun(new AbortController().signal);
      await ask(shared, synapse, body as never, whole);
      expect(whole.steps).toEqual(Array.from({ length: 26 }, (_, i) => [i + 1, 26]));
      for (const last of [2, 5, 9]) {
        const controller = new AbortController();
        const context = recordRun(controller.signal, (step) => void (step === last && controller.abort()));
        await expect(ask(shared, synapse, body as never, context)).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
        expect(context.steps).toHaveLength(last);
      }
    },
  );
});

describe('text to image', () => {
  it.each([
    [16, 16],
    [44, 16],
    [20, 36],
  ])('makes pictures of %i x %i', async (width, height) => {
    const [made] = await ask(shared, TextToImage, { ...words, width, height });
    expect([made!.width, made!.height]).toEqual([width, height]);
  });

  it('rounds sides up to whole latents as diffusers does', async () => {
    const options = {
      prompt: 'a',
      negativePrompt: '',
      width: 17,
      height: 21,
      steps: 4,
      guidance: 4,
      prior: { steps: 2, guidance: 1 },
      seed,
    };
    const [made] = await textToImage(shared.loaded, options);
    expect([made!.width, made!.height]).toEqual([20, 24]);
  });

  it('makes a batch, of one seed or of several: then each picture is that of its seed alone', async () => {
    const options = { prompt: 'a', negativePrompt: 'b', width: 16, height: 20, steps: 4, guidance: 4, prior: { steps: 3, guidance: 4 } };
    const batch = await textToImage(shared.loaded, { ...options, count: 3, seed });
    expect(new Set(batch.map(({ data }) => data.join())).size).toBe(3);
    const listed = await textToImage(shared.loaded, { ...options, count: 2, seed: [1, 2] });
    const alone = await Promise.all([1, 2].map((one) => textToImage(shared.loaded, { ...options, seed: one })));
    expect(farthestByte(listed[0]!.data, alone[0]![0]!.data)).toBeLessThanOrEqual(1);
    expect(farthestByte(listed[1]!.data, alone[1]![0]!.data)).toBeLessThanOrEqual(1);
  });

  it('takes the empty picture where there is no negative prompt at all', async () => {
    const options = { prompt: 'a', width: 16, height: 16, steps: 4, guidance: 4, prior: { steps: 3, guidance: 1 }, seed };
    const told: number[] = [];
    const [without] = await textToImage(shared.loaded, options, { onStep: (_, total) => void told.push(total) });
    const [empty] = await textToImage(shared.loaded, { ...options, negativePrompt: '' });
    expect(told).toEqual(new Array(7).fill(7));
    expect(without!.data).not.toEqual(empty!.data);
  });

  it('asks the decoder for one half alone where guidance is off', async () => {
    const batches: number[] = [];
    const { unet } = shared.loaded;
    const predict: typeof unet.predict = (input, signal) => {
      batches.push(input.sample.dims[0]!);
      return unet.predict(input, signal);
    };
    const watched = { ...shared.loaded, unet: { ...faceOf(unet), predict } };
    const options = { prompt: 'a', negativePrompt: 'b', width: 16, height: 16, steps: 2, prior: { steps: 2, guidance: 1 }, seed };
    await textToImage(watched, { ...options, guidance: 1 });
    await textToImage(watched, { ...options, guidance: 1.5 });
    expect(batches).toEqual([1, 1, 2, 2]);
  });
});

const faceOf = ({ inChannels, outChannels, sampleSize, residuals, takes, guidanceWidth }: KandinskyParts['unet']) => ({
  inChannels,
  outChannels,
  sampleSize,
  residuals,
  takes,
  guidanceWidth,
});

function farthestByte(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((most, byte, i) => Math.max(most, Math.abs(byte - b[i]!)), 0);
}

describe('image to image', () => {
  it('from latents keeps places where much is to be kept, by blending it does not', async () => {
    await using latents = await tinyKandinsky({}, { imageToImage: 'latents' });
    const body = { ...request(ImageToImage), image_strength: 0.95 };
    const pixels = { data: toVaePixels(noisy(24, 20), 'divided'), dims: [1, 3, 20, 24] };
    const { movqEncoder, movqDecoder } = shared.loaded;
    const decoded = await movqDecoder.decode(await movqEncoder!.encode(pixels, () => new Float32Array(0)));
    const there = fromVaePixels(decoded.data, { width: 24, height: 20 });
    const [[blended], [repainted]] = [await ask(shared, ImageToImage, body), await ask(latents, ImageToImage, body)];
    expect(psnr(repainted!, there)).toBeGreaterThan(psnr(blended!, there) + 3);
  });

  it('from latents takes only the steps that the strength leaves', async () => {
    await using latents = await tinyKandinsky({}, { imageToImage: 'latents' });
    const context = recordRun<typeof ImageToImage>(new AbortController().signal);
    await ask(latents, ImageToImage, { ...request(ImageToImage), image_strength: 0.75 }, context);
    expect(context.steps.at(-1)).toEqual([11, 11]);
  });

  it('takes a size of its own, and else that of the picture within the range', async () => {
    const { width, height, ...body } = sized;
    const sizeOf = async (change: object) => {
      const [made] = await ask(shared, ImageToImage, { ...body, init_image, ...change });
      return [made!.width, made!.height];
    };
    expect(await sizeOf({})).toEqual([24, 20]);
    expect(await sizeOf({ width: 32, height: 16 })).toEqual([32, 16]);
    expect(await sizeOf({ init_image: await picture(90, 45) })).toEqual([44, 24]);
  });
});

describe('inpainting', () => {
  const options = {
    prompt: 'a',
    negativePrompt: 'b',
    width: 24,
    height: 20,
    steps: 4,
    guidance: 4,
    prior: { steps: 2, guidance: 1 },
    seed,
  };
  const black = { width: 24, height: 20, channels: 1, data: new Uint8Array(480) } as const;

  it('keeps the latents of what is black in the mask', async () => {
    const kept = await shared.loaded.movqEncoder!.encode(planesOf(24, 20), () => new Float32Array(0));
    let decoded: Float32Array | undefined;
    const { movqDecoder } = shared.loaded;
    const watched = { ...movqDecoder, scale: 2, latentChannels: 4, scalingFactor: undefined };
    const decode: typeof movqDecoder.decode = (latents, signal) => {
      decoded = latents.data.slice();
      return movqDecoder.decode(latents, signal);
    };
    await inpaint({ ...shared.loaded, movqDecoder: { ...watched, decode } }, { ...options, image: grey(24, 20), mask: black });
    expect(decoded).toEqual(kept.data);
    const white = { ...black, data: new Uint8Array(480).fill(255) };
    await inpaint({ ...shared.loaded, movqDecoder: { ...watched, decode } }, { ...options, image: grey(24, 20), mask: white });
    expect(decoded!.some((value, i) => value === kept.data[i])).toBe(false);
  });

  it('stretches a mask of another size over the picture', async () => {
    const body = request(Inpaint);
    const [small] = await ask(shared, Inpaint, { ...body, mask_image: await halfMask(48, 40) });
    const [same] = await ask(shared, Inpaint, body);
    expect(small!.data).toEqual(same!.data);
  });

  it('works with the UNet of four channels where there is no other', async () => {
    await using four = await tinyKandinsky({ without: ['unet_inpaint'] });
    const [made] = await ask(four, Inpaint, request(Inpaint));
    const [nine] = await ask(shared, Inpaint, request(Inpaint));
    expect(made!.data).not.toEqual(nine!.data);
  });

  it('keeps size and pixels of the rest by option', async () => {
    await using keeping = await tinyKandinsky({}, { keepRest: true });
    const original = noisy(21, 17, 5);
    const [made] = await ask(keeping, Inpaint, {
      ...words,
      init_image: await encodePngBase64(original),
      mask_image: await halfMask(42, 34),
    });
    expect([made!.width, made!.height]).toEqual([21, 17]);
    const changed = [...made!.data].flatMap((byte, i) => (byte === original.data[i] ? [] : [Math.floor(i / 3) % 21]));
    expect(Math.min(...changed)).toBeGreaterThanOrEqual(7);
    expect(new Set(changed).size).toBeGreaterThan(9);
  });

  it('makes a batch', async () => {
    const made = await inpaint(shared.loaded, {
      ...options,
      image: grey(24, 20),
      mask: { ...black, data: new Uint8Array(480).fill(255) },
      count: 2,
    });
    expect(made[0]!.data).not.toEqual(made[1]!.data);
  });

  it('refuses a request without a mask', async () => {
    const refused = await validate(pipelineOf(shared, Inpaint).accepts!, { ...words, init_image });
    expect(refused.ok ? '' : formatIssues(refused.issues)).toBe('mask_image: Mask image cannot be empty');
  });
});

const grey = (width: number, height: number) =>
  ({ width, height, channels: 3, data: new Uint8Array(width * height * 3).fill(128) }) as const;
const planesOf = (width: number, height: number) => ({
  data: new Float32Array(3 * width * height).fill(Math.fround(128 / 127.5) - 1),
  dims: [1, 3, height, width],
});

describe('uncropping', () => {
  it('keeps every byte of the picture', async () => {
    const original = noisy(24, 20);
    const [made] = await ask(shared, Uncrop, { ...words, init_image, pad_left: 3, pad_top: 5, pad_right: 8 });
    expect([made!.width, made!.height]).toEqual([35, 25]);
    const rows = Array.from({ length: 20 }, (_, y) => [...made!.data.subarray(((y + 5) * 35 + 3) * 3, ((y + 5) * 35 + 27) * 3)]);
    expect(Uint8Array.from(rows.flat())).toEqual(original.data);
  });

  it('runs nothing where nothing is added, which requests are refused for', async () => {
    const body = { ...request(Uncrop), pad_right: 0 };
    const context = recordRun<typeof Uncrop>(new AbortController().signal);
    const [made] = await ask(shared, Uncrop, body, context);
    expect(made!.data).toEqual(noisy(24, 20).data);
    expect(context.steps).toEqual([]);
    expect(await validate(pipelineOf(shared, Uncrop).accepts!, body)).toMatchObject({ ok: false });
  });
});
