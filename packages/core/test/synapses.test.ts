import { createRandom, inputJsonSchema, synapseKey, validate } from '@vision-sdk/core';
import {
  AvailableOperations,
  ClipEmbeddings,
  ControlledTextToImage,
  ImageToImage,
  Inpaint,
  Scribble,
  TextToImage,
  Uncrop,
  Upscale,
  uncropPadding,
} from '@vision-sdk/core/synapses';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const fields = (synapse: { request: never; response: never }) => [
  ...Object.keys(inputJsonSchema(synapse.response).properties as object),
  ...Object.keys(inputJsonSchema(synapse.request).properties as object),
];

// Field orders as captured from Python peers (bittensor 6.6.1 and 10.2.0).
const IMAGE_FIELDS = ['error_message', 'image_b64s', 'clip_embeddings', 'image_hashes'];
const WIRE_FIELDS = {
  TextToImage: [...IMAGE_FIELDS, 'cfg_scale', 'steps', 'seed', 'engine', 'text_prompts', 'height', 'width'],
  ImageToImage: [
    ...IMAGE_FIELDS,
    ...['cfg_scale', 'steps', 'seed', 'engine', 'init_image', 'text_prompts', 'init_image_mode', 'image_strength', 'height', 'width'],
  ],
  Upscale: [...IMAGE_FIELDS, 'image'],
} as const;

describe('the built-in synapses', () => {
  for (const [name, expected] of Object.entries(WIRE_FIELDS)) {
    it(`${name} has the fields of Vision, in Vision's order`, () => {
      expect(fields({ TextToImage, ImageToImage, Upscale }[name as keyof typeof WIRE_FIELDS] as never)).toEqual(expected);
    });
  }

  it('require the fields that travel as headers', () => {
    const required = (synapse: { request: never }) => inputJsonSchema(synapse.request).required ?? [];
    expect(required(TextToImage as never)).toEqual(['seed']);
    expect(required(ImageToImage as never)).toEqual(['seed', 'init_image']);
    expect(required(Inpaint as never)).toEqual(['seed', 'init_image']);
    expect(required(Scribble as never)).toEqual(['seed', 'init_image']);
    expect(required(Upscale as never)).toEqual(['image']);
    expect(required(ClipEmbeddings as never)).toEqual([]);
    expect(required(AvailableOperations as never)).toEqual([]);
  });

  it("wait as long as Vision's operations", () => {
    const timeouts = [AvailableOperations, ClipEmbeddings, TextToImage, ImageToImage, Upscale, Inpaint, Scribble, Uncrop].map((s) => [
      synapseKey(s),
      s.timeoutMs / 1000,
    ]);
    expect(Object.fromEntries(timeouts)).toEqual({
      'AvailableOperations@1': 30,
      'ClipEmbeddings@1': 6,
      'TextToImage@1': 20,
      'ImageToImage@1': 20,
      'Upscale@1': 20,
      'Inpaint@1': 20,
      'Scribble@1': 20,
      'Uncrop@1': 20,
    });
  });

  it('refuse what is no request', async () => {
    for (const seed of [-1, 1.5, Number.NaN, '7', 2 ** 32]) expect((await validate(TextToImage.request, { seed })).ok).toBe(false);
    expect((await validate(Upscale.request, { image: '' })).ok).toBe(false);
  });

  describe('Uncrop', () => {
    const request = (more: object) => Uncrop.request.parse({ seed: 1, init_image: 'aGk=', ...more });

    it.each([
      ['nothing', {}, [104, 104, 104, 104]],
      ['one side', { pad_left: 64 }, [64, 0, 0, 0]],
      ['four sides', { pad_left: 1, pad_right: 2, pad_top: 3, pad_bottom: 0 }, [1, 2, 3, 0]],
      ['an aspect ratio', { aspect_ratio: 1.5 }, [0, 0, 0, 0]],
    ])('given %s, extends by', (_given, more, [left, right, top, bottom]) => {
      expect(uncropPadding(request(more))).toEqual({ left, right, top, bottom });
    });

    it.each([
      [64, 8],
      [128, 16],
      [512, 56],
      [1023, 104],
      [4096, 104],
      [1, 8],
    ])('given nothing, extends small pictures by less: those of %i by %i', (side, pixels) => {
      expect(uncropPadding(request({}), side)).toEqual({ left: pixels, right: pixels, top: pixels, bottom: pixels });
      expect(uncropPadding(request({ pad_left: 100 }), side).left).toBe(100);
    });

    it('is more work where more is added', () => {
      const work = (more: object) => Uncrop.market!.work(request(more));
      expect(work({ pad_left: 1024, steps: 10 })).toBeCloseTo((10 * 2048 * 1024) / 1e6);
      expect(work({ pad_left: 64 })).toBeLessThan(work({ pad_left: 65 }));
    });

    it.each([{ pad_left: -1 }, { pad_top: 2049 }, { pad_bottom: 1.5 }, { aspect_ratio: 0.1 }, { aspect_ratio: 9 }, { feather: 257 }])(
      'refuses %o',
      (more) => expect(Uncrop.request.safeParse({ seed: 1, init_image: 'aGk=', ...more }).success).toBe(false),
    );
  });

  describe('ControlledTextToImage', () => {
    const control = { type: 'canny', image: 'aGk=' };
    const request = (more: object = {}) => ControlledTextToImage.request.parse({ seed: 1, controls: [control], ...more });

    it('leaves steps, guidance and size to the model, and takes a picture for a ready map', () => {
      expect(request()).toEqual({
        ...{ cfg_scale: null, steps: null, seed: 1, text_prompts: [], height: null, width: null, guess_mode: false },
        controls: [{ ...control, preprocess: false, conditioning_scale: 1, guidance_start: 0, guidance_end: 1 }],
      });
    });

    it('is more work with each control, and costs one credit', () => {
      const { work, price } = ControlledTextToImage.market!;
      const size = { width: 1000, height: 1000 };
      expect(work(request({ ...size, steps: 10 }))).toBeCloseTo(15);
      expect(work(request({ ...size, steps: 10, controls: [control, control] }))).toBeCloseTo(20);
      expect(work(request(size))).toBeCloseTo(30);
      expect(price(request())).toBe(1000);
    });

    it('is refreshed by a new seed, the rest as it was', async () => {
      const before = request({ steps: null });
      const after = await ControlledTextToImage.market!.refresh(before, { random: createRandom(5), changePixels: async (image) => image });
      expect(after.seed).not.toBe(1);
      expect(after).toEqual({ ...before, seed: after.seed });
    });

    it.each<[string, object]>([
      ['no control', { controls: [] }],
      ['five controls', { controls: Array.from({ length: 5 }, () => control) }],
      ['an unknown type', { controls: [{ ...control, type: 'hed' }] }],
      ['a control without a picture', { controls: [{ type: 'canny' }] }],
      ['a scale of 3', { controls: [{ ...control, conditioning_scale: 3 }] }],
      ['a window that ends before it starts', { controls: [{ ...control, guidance_start: 0.6, guidance_end: 0.5 }] }],
      ['a photograph in place of a depth map', { controls: [{ ...control, type: 'depth', preprocess: true }] }],
      ['no steps', { steps: 0 }],
      ['a side of 7', { width: 7 }],
    ])('refuses %s', (_what, more) => {
      expect(ControlledTextToImage.request.safeParse({ seed: 1, controls: [control], ...more }).success).toBe(false);
    });
  });

  it('refresh a request for embeddings one picture after the other, however many it has', async () => {
    let open = 0;
    let most = 0;
    const changePixels = async (image: string) => {
      most = Math.max(most, ++open);
      await Promise.resolve();
      open -= 1;
      return `${image}+`;
    };
    const request = ClipEmbeddings.request.parse({ image_b64s: ['a', 'b', 'c'] });
    const context = { random: createRandom(1), changePixels };
    expect(await ClipEmbeddings.market!.refresh(request, context)).toEqual({ image_b64s: ['a+', 'b+', 'c+'] });
    expect(await ClipEmbeddings.market!.refresh({ image_b64s: null }, context)).toEqual({ image_b64s: null });
    expect(most).toBe(1);
  });

  it('refresh a diffusion request with a new 32-bit seed and change nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 100 }), async (randomSeed, steps) => {
        const request = TextToImage.request.parse({ seed: 0, steps });
        const refreshed = await TextToImage.market!.refresh(request, { random: createRandom(randomSeed), changePixels: async (i) => i });
        expect(refreshed).toEqual({ ...request, seed: refreshed.seed });
        expect(TextToImage.request.safeParse(refreshed).success).toBe(true);
        expect(refreshed.seed).toBeGreaterThanOrEqual(1);
      }),
    );
  });
});
