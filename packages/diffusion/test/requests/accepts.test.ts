import { crc32 } from 'node:zlib';
import { inputJsonSchema, validate } from '@vision-sdk/core';
import { ImageToImage, Inpaint, Scribble, TextToImage } from '@vision-sdk/core/synapses';
import { PICTURE } from '@vision-sdk/core/testing';
import { describe, expect, it } from 'vitest';
import { acceptsDiffusion, type ObjectSynapse, VISION_ENGINES, visionRanges } from '../../src/index.ts';

const PROMPT = { seed: 1, text_prompts: [{ text: 'a cat' }] };
const all = VISION_ENGINES.map((engine) => visionRanges(engine));

async function complaints(synapse: ObjectSynapse, request: object, engines = all): Promise<readonly string[]> {
  const result = await validate(acceptsDiffusion(synapse, engines), { ...PROMPT, ...request });
  return result.ok ? [] : result.issues.map(({ message }) => message);
}

const turbo = { engine: 'stable-diffusion-xl-turbo', steps: 8, cfg_scale: 2 };

describe('requests are accepted', () => {
  it.each([
    ['TextToImage', TextToImage, {}],
    ['ImageToImage', ImageToImage, { init_image: PICTURE }],
    ['Inpaint', Inpaint, { init_image: PICTURE }],
    ['Scribble', Scribble, { init_image: PICTURE }],
  ] as const)('of %s with nothing said, which Vision refused of its own defaults', async (_, synapse, request) => {
    expect(await complaints(synapse, request)).toEqual([]);
    for (const engine of VISION_ENGINES) expect(await complaints(synapse, { ...request, engine })).toEqual([]);
  });

  it('with every field at either end of its range', async () => {
    for (const ranges of all) {
      const { engine, steps, guidance, side } = ranges;
      for (const end of ['least', 'most'] as const) {
        const request = { engine, steps: steps[end], cfg_scale: guidance[end], width: side[end], height: side[end] };
        expect(await complaints(TextToImage, request)).toEqual([]);
      }
    }
  });

  it('with defaults filled in', async () => {
    const result = await validate(acceptsDiffusion(TextToImage, all), PROMPT);
    expect(result).toMatchObject({ ok: true, value: { steps: 4, cfg_scale: 7, width: 1024, height: 1024, engine: turbo.engine } });
  });

  it('and described as the operation is', () => {
    expect(inputJsonSchema(acceptsDiffusion(TextToImage, all))).toEqual(inputJsonSchema(TextToImage.request));
  });
});

describe('pictures that are none', () => {
  const NONE = Buffer.from('not a picture').toString('base64');

  it.each([
    ['text', NONE, /^The bytes are not a PNG, JPEG or WebP file: they begin with/],
    ['a header alone', Buffer.from(PICTURE, 'base64').subarray(0, 20).toString('base64'), /./],
    ['no base64', '%%%', /./],
  ])('are refused before a model is asked: %s', async (_, picture, problem) => {
    for (const [field, request] of Object.entries({
      init_image: { init_image: picture },
      mask_image: { init_image: PICTURE, mask_image: picture },
    })) {
      const result = await validate(acceptsDiffusion(Inpaint, all), { ...PROMPT, engine: 'kandinsky-2.2', ...request });
      expect(result).toMatchObject({ ok: false, issues: [{ path: field, message: expect.stringMatching(problem) }] });
    }
  });

  it('are known by headers that lie behind a mebibyte of comments', async () => {
    const bytes = Buffer.from(PICTURE, 'base64');
    expect(bytes.subarray(1, 4).toString()).toBe('PNG');
    const text = Buffer.concat([Buffer.from('tEXt'), Buffer.alloc(2 ** 21, 65)]);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(text.length - 4);
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(text));
    const late = Buffer.concat([bytes.subarray(0, 33), length, text, sum, bytes.subarray(33)]).toString('base64');
    expect(await complaints(ImageToImage, { init_image: late })).toEqual([]);
  });
});

describe('requests are refused with the words of Vision', () => {
  it.each([
    [
      { steps: 5 },
      'Invalid value 5 provided for steps, with engine stable-diffusion-xl-turbo. The value should be an integer between 6 and 14 (inclusive)',
    ],
    [
      { height: 520 },
      'Invalid value 520 provided for height, with engine stable-diffusion-xl-turbo. The value should be in between 512 and 1344 (inclusive) and multiple of 64',
    ],
    [
      { width: 448 },
      'Invalid value 448 provided for width, with engine stable-diffusion-xl-turbo. The value should be in between 512 and 1344 (inclusive) and multiple of 64',
    ],
    [
      { cfg_scale: 4.5 },
      'Invalid value 4.5 provided for cfg_scale, with engine stable-diffusion-xl-turbo. The value should be between 1 and 4',
    ],
    [{ engine: 'dall-e' }, 'Engine dall-e not supported'],
    [{ text_prompts: [] }, 'Text prompts cannot be empty'],
  ])('%j', async (request, message) => {
    expect(await complaints(TextToImage, { ...turbo, ...request })).toEqual([message]);
  });

  it('all of them at once, in the order of Vision', async () => {
    const request = { engine: 'kandinsky-2.2', steps: 41, cfg_scale: 9, width: 1, height: 2048 };
    const found = await complaints(TextToImage, { ...request, width: 8 });
    expect(found.map((message) => message.split(',')[0])).toEqual([
      'Invalid value 41 provided for steps',
      'Invalid value 2048 provided for height',
      'Invalid value 8 provided for width',
      'Invalid value 9 provided for cfg_scale',
    ]);
  });

  it('only for the engines that are served', async () => {
    expect(await complaints(TextToImage, { engine: 'kandinsky-2.2' }, [visionRanges('stable-diffusion-xl-turbo')])).toEqual([
      'Engine kandinsky-2.2 not supported',
    ]);
  });

  it('prompts may be left out where none are needed', async () => {
    const result = await validate(acceptsDiffusion(TextToImage, all, { prompts: false }), { seed: 1 });
    expect(result.ok).toBe(true);
  });
});
