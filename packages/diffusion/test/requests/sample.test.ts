import { createRandom, validate } from '@vision-sdk/core';
import { ImageToImage, Inpaint, Scribble, TextToImage } from '@vision-sdk/core/synapses';
import { fakeSampleContext } from '@vision-sdk/core/testing';
import { decodeBase64Image, inspectImage } from '@vision-sdk/image';
import { describe, expect, it } from 'vitest';
import { acceptsDiffusion, type ObjectSynapse, sampleDiffusion, toImageResponse, visionRanges } from '../../src/index.ts';

const engines = [visionRanges('stable-diffusion-xl-turbo'), visionRanges('kandinsky-2.2')];

function samples(synapse: ObjectSynapse, count = 60) {
  const random = createRandom(7);
  return Promise.all(
    Array.from(
      { length: count },
      () => sampleDiffusion(synapse, { engines }, { ...fakeSampleContext(), random }) as Promise<Record<string, unknown>>,
    ),
  );
}

describe('made-up requests', () => {
  it.each([
    ['TextToImage', TextToImage],
    ['ImageToImage', ImageToImage],
    ['Inpaint', Inpaint],
    ['Scribble', Scribble],
  ] as const)('of %s pass the operation and its ranges', async (_, synapse) => {
    const accepts = acceptsDiffusion(synapse, engines);
    for (const request of await samples(synapse)) {
      expect(await validate(accepts, request)).toMatchObject({ ok: true });
      expect(Number.isInteger(request.seed) && (request.seed as number) >= 1 && (request.seed as number) <= 4294967295).toBe(true);
    }
  });

  it('use both engines and the whole of their ranges', async () => {
    const requests = await samples(TextToImage, 400);
    const of = (engine: string) => requests.filter((request) => request.engine === engine);
    const steps = (engine: string) => of(engine).map((request) => request.steps as number);
    expect(new Set(steps('stable-diffusion-xl-turbo'))).toEqual(new Set([6, 7, 8, 9, 10, 11, 12, 13, 14]));
    expect(Math.max(...steps('kandinsky-2.2'))).toBe(40);
    expect(new Set(requests.map(({ width }) => width)).size).toBe(14);
    expect(requests.some(({ cfg_scale }) => !Number.isInteger(cfg_scale))).toBe(true);
  });

  it('take 25 steps at most where there is a mask', async () => {
    const steps = (await samples(Inpaint)).filter(({ engine }) => engine === 'kandinsky-2.2').map((request) => request.steps as number);
    expect(Math.max(...steps)).toBe(25);
    expect(Math.min(...steps)).toBeGreaterThanOrEqual(20);
  });

  it('have only the fields of their operation', async () => {
    const [request] = await samples(TextToImage, 1);
    expect(Object.keys(request!).sort()).toEqual(['cfg_scale', 'engine', 'height', 'seed', 'steps', 'text_prompts', 'width']);
  });

  it('have a mask as large as their picture', async () => {
    const sizes: object[] = [];
    const record = async (size: object) => `${sizes.push(size)}`;
    await sampleDiffusion(Inpaint, { engines }, { ...fakeSampleContext(), random: createRandom(3), image: record, mask: record });
    expect(sizes).toHaveLength(2);
    expect(sizes[0]).toEqual(sizes[1]);
  });

  it("begin with a mask where they are scribbles, as Vision's do", async () => {
    const context = { ...fakeSampleContext(), image: async () => 'image', mask: async () => 'mask' };
    expect((await sampleDiffusion(Scribble, { engines, picture: 'mask' }, context)).init_image).toBe('mask');
    expect((await sampleDiffusion(Scribble, { engines }, context)).init_image).toBe('image');
  });
});

describe('a response', () => {
  it("is in Vision's form, each picture as PNG", async () => {
    const raster = (value: number) => ({ width: 3, height: 2, channels: 3 as const, data: new Uint8Array(18).fill(value) });
    const { image_b64s, ...rest } = await toImageResponse([raster(1), raster(200)]);
    expect(rest).toEqual({ error_message: null, clip_embeddings: null, image_hashes: null });
    expect((await inspectImage(Buffer.from(image_b64s![0]!, 'base64'))).format).toBe('png');
    expect((await decodeBase64Image(image_b64s![1]!)).data).toEqual(raster(200).data);
  });
});
