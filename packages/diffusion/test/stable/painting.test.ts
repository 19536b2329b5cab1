import { describe, expect, it } from 'vitest';
import { imageToImage, textToImage } from '../../src/index.ts';
import { farthest, noisy, paint, REQUEST, withTiny } from './tiny.ts';

describe('sizes', () => {
  it.each([
    ['sd', 72, 56],
    ['sdxl', 8, 104],
    ['sdxl', 40, 8],
  ] as const)('%s paints odd latents, %s x %s', async (kind, width, height) => {
    const [picture] = await withTiny({ kind }, (sd) => textToImage(sd, { ...REQUEST, width, height }));
    expect(picture).toMatchObject({ width, height, channels: 3 });
  });

  it('that are no whole latents are refused', async () => {
    const painting = withTiny({ kind: 'sd' }, (sd) => textToImage(sd, { ...REQUEST, width: 60 }));
    await expect(painting).rejects.toThrow(expect.objectContaining({ code: 'VISION_DIFFUSION_BAD_IMAGE' }));
  });

  it('come from the weights', async () => {
    await withTiny({ kind: 'sd', sampleSize: 12, vaeScale: 4, latentChannels: 3, inChannels: 3 }, async (sd) => {
      expect(sd).toMatchObject({ kind: 'sd', defaultSize: 48, vaeScale: 4, latentChannels: 3, scalingFactor: 0.18215 });
      const [picture] = await textToImage(sd, { ...REQUEST, width: 52, height: 44 });
      expect(picture).toMatchObject({ width: 52, height: 44 });
    });
  });
});

describe('batches', () => {
  it('of a list of seeds are the pictures of each seed', async () => {
    await withTiny({ kind: 'sdxl' }, async (sd) => {
      const together = await textToImage(sd, { ...REQUEST, seed: [7, 8], count: 2 });
      const alone = [...(await paint(sd)), ...(await textToImage(sd, { ...REQUEST, seed: 8 }))];
      expect(together.map((picture, i) => farthest(picture, alone[i]!)).every((most) => most <= 1)).toBe(true);
    });
  });

  it('of one seed differ from one another, and of several prompts as well', async () => {
    const pictures = await withTiny({ kind: 'sd' }, (sd) => textToImage(sd, { ...REQUEST, prompt: ['one', 'two'], count: 2 }));
    expect(new Set(pictures.map(({ data }) => data.join())).size).toBe(4);
  });

  it('of more seeds than pictures are refused', async () => {
    const painting = withTiny({ kind: 'sd' }, (sd) => textToImage(sd, { ...REQUEST, seed: [1, 2, 3], count: 2 }));
    await expect(painting).rejects.toThrow(expect.objectContaining({ code: 'VISION_DIFFUSION_BAD_DRAW' }));
  });

  it('of other numbers of negative prompts than prompts are refused', async () => {
    const painting = withTiny({ kind: 'sd' }, (sd) => textToImage(sd, { ...REQUEST, prompt: ['a', 'b', 'c'], negativePrompt: ['x', 'y'] }));
    await expect(painting).rejects.toThrow('2 negative prompts for 3');
  });
});

describe('prompts', () => {
  it.each(['', 'x'.repeat(10_000), '\u{1f600}\u{1f469}\u200d\u{1f680}', '\u0000 \ud800'])(
    'prompt %# is painted: empty, long, emoji, broken',
    async (prompt) => {
      const pictures = await withTiny({ kind: 'sdxl' }, (sd) => textToImage(sd, { ...REQUEST, prompt, negativePrompt: prompt, steps: 1 }));
      expect(pictures).toHaveLength(1);
    },
  );

  it('SDXL: no negative prompt is not an empty one', async () => {
    const [none, empty] = await withTiny({ kind: 'sdxl' }, async (sd) => [
      await textToImage(sd, { ...REQUEST, negativePrompt: undefined }),
      await textToImage(sd, { ...REQUEST, negativePrompt: '' }),
    ]);
    expect(none).not.toEqual(empty);
  });
});

describe('pictures from pictures', () => {
  const request = { ...REQUEST, image: noisy(67, 50), strength: 0.5, steps: 4 };

  it('have the size of the picture, down to whole latents, and depend on it and on the strength', async () => {
    const pictures = await withTiny({ kind: 'sdxl' }, async (sd) => [
      ...(await imageToImage(sd, request)),
      ...(await imageToImage(sd, { ...request, strength: 1 })),
      ...(await imageToImage(sd, { ...request, image: { ...noisy(67, 50), data: new Uint8Array(67 * 50 * 3) } })),
    ]);
    expect(pictures.map(({ width, height }) => [width, height])).toEqual([
      [64, 48],
      [64, 48],
      [64, 48],
    ]);
    expect(new Set(pictures.map(({ data }) => data.join())).size).toBe(3);
  });

  it('take only the steps of the strength, and say so', async () => {
    const steps: string[] = [];
    const onStep = (step: number, total: number) => steps.push(`${step}/${total}`);
    await withTiny({ kind: 'sd' }, (sd) => imageToImage(sd, request, { onStep }));
    expect(steps).toEqual(['1/2', '2/2']);
  });

  it('take the strength once, also of timesteps of their own and of a schedule that was distilled', async () => {
    const [byCount, byTimesteps] = await withTiny(
      { kind: 'sd' },
      async (sd) => {
        const timesteps = sd.scheduler.run(4).timesteps;
        expect(sd.scheduler.name).toBe('LCMScheduler');
        const steps: number[] = [];
        const onStep = (_: number, total: number) => steps.push(total);
        const pictures = [
          ...(await imageToImage(sd, request, { onStep })),
          ...(await imageToImage(sd, { ...request, steps: 50, timesteps }, { onStep })),
        ];
        expect(steps).toEqual([2, 2, 2, 2]);
        return pictures;
      },
      { scheduler: 'LCMScheduler' },
    );
    expect(byTimesteps).toEqual(byCount);
  });

  it('need one step at least', async () => {
    const painting = withTiny({ kind: 'sd' }, (sd) => imageToImage(sd, { ...request, strength: 0.2 }));
    await expect(painting).rejects.toThrow('of 4 steps, a strength of 0.2 leaves none');
  });

  it('come from encoders that draw themselves, too', async () => {
    const [picture] = await withTiny({ kind: 'sdxl', encodes: 'latent_sample' }, (sd) => imageToImage(sd, request));
    expect(picture).toMatchObject({ width: 64, height: 48 });
  });

  it('of one seed for a batch start from the same latents, of several each from its own', async () => {
    const [one, list] = await withTiny({ kind: 'sd' }, async (sd) => [
      await imageToImage(sd, { ...request, count: 2 }),
      await imageToImage(sd, { ...request, count: 2, seed: [7, 9] }),
    ]);
    expect(one[0]).not.toEqual(one[1]);
    expect(list[0]).not.toEqual(one[0]);
  });

  it('need an encoder', async () => {
    const painting = withTiny({ kind: 'sd', without: ['vae_encoder'] }, (sd) => imageToImage(sd, request));
    await expect(painting).rejects.toThrow(expect.objectContaining({ code: 'VISION_DIFFUSION_MISSING_COMPONENT' }));
  });
});
