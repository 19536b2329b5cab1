import { inputJsonSchema, validate } from '@vision-sdk/core';
import { ImageToImage, Inpaint, Scribble, TextToImage } from '@vision-sdk/core/synapses';
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
    ['ImageToImage', ImageToImage, { init_image: 'aGk=' }],
    ['Inpaint', Inpaint, { init_image: 'aGk=' }],
    ['Scribble', Scribble, { init_image: 'aGk=' }],
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
