import type { Raster } from '@vision-sdk/image';
import { describe, expect, it } from 'vitest';
import { createGenerator, type Generator, inpaint, type StableDiffusion } from '../../src/index.ts';
import { withTiny } from '../stable/tiny.ts';

const picture: Raster = { width: 40, height: 56, channels: 3, data: Uint8Array.from({ length: 40 * 56 * 3 }, (_, i) => (i * 37) % 251) };

/** White from `left` on. */
function mask(left: number): Raster {
  return { width: 40, height: 56, channels: 1, data: Uint8Array.from({ length: 40 * 56 }, (_, i) => (i % 40 >= left ? 255 : 0)) };
}

const options = { prompt: 'a hat', negativePrompt: 'rain', guidance: 3, steps: 3, seed: 5, image: picture, mask: mask(24) };

/** A generator that notes how many numbers each draw took. */
function counting(seed: number, counts: number[]): Generator {
  const generator = createGenerator(seed);
  const randn: Generator['randn'] = (count, draw) => {
    counts.push(count);
    return generator.randn(count, draw);
  };
  return Object.assign(Object.create(generator) as Generator, { randn });
}

/** A model that notes the pixels that its encoder is shown. */
function watched(sd: StableDiffusion, shown: Float32Array[]): StableDiffusion {
  const encoder = sd.vaeEncoder!;
  const encode: typeof encoder.encode = (pixels, noise, signal) => {
    shown.push(pixels.data);
    return encoder.encode(pixels, noise, signal);
  };
  return { ...sd, vaeEncoder: { scale: encoder.scale, latentChannels: encoder.latentChannels, encode } };
}

const ONE = 4 * 5 * 7;
const channels = (inChannels: number) => ({ kind: 'sd', inChannels }) as const;

describe('draws, in the order of diffusers', () => {
  it.each([
    ['9 channels from noise', 9, 1, [ONE, ONE], 1],
    ['9 channels from the picture', 9, 0.7, [ONE, ONE, ONE], 2],
    ['4 channels from noise', 4, 1, [ONE, ONE, ONE], 1],
    ['4 channels from the picture', 4, 0.7, [ONE, ONE, ONE], 1],
  ])('%s', async (_, inChannels, strength, before, encoded) => {
    const [counts, shown]: [number[], Float32Array[]] = [[], []];
    await withTiny({ ...channels(inChannels), scheduler: { _class_name: 'DDIMScheduler' } }, (sd) =>
      inpaint(watched(sd, shown), { ...options, strength, seed: counting(1, counts) }),
    );
    // DDIM draws nothing in its steps.
    expect(counts).toEqual(before);
    expect(shown).toHaveLength(encoded);
  });

  it('of a batch: one encoding, noise for all', async () => {
    const counts: number[] = [];
    const painted = await withTiny({ ...channels(9), scheduler: { _class_name: 'DDIMScheduler' } }, (sd) =>
      inpaint(sd, { ...options, count: 3, strength: 0.7, seed: counting(1, counts) }),
    );
    expect(counts).toEqual([ONE, 3 * ONE, ONE]);
    expect(painted).toHaveLength(3);
    expect(painted[0]).not.toEqual(painted[1]);
  });
});

describe('a batch', () => {
  it.each([9, 4])('with a seed for each picture begins like the first seed alone, with %i channels', async (inChannels) => {
    const [both, alone] = await withTiny(channels(inChannels), async (sd) => [
      await inpaint(sd, { ...options, count: 2, seed: [5, 6] }),
      await inpaint(sd, options),
    ]);
    expect(both).toHaveLength(2);
    expect(both![0]).toEqual(alone![0]);
    expect(both![1]).not.toEqual(alone![0]);
  });

  it('is mixed into the picture one by one where the rest is kept', async () => {
    const painted = await withTiny(channels(9), (sd) => inpaint(sd, { ...options, count: 2, keepRest: true }));
    const kept = ({ data }: Raster) => data.filter((_, i) => Math.floor(i / 3) % 40 < 24);
    expect(painted.map(kept)).toEqual([kept(picture), kept(picture)]);
    expect(painted[0]).not.toEqual(painted[1]);
  });
});

describe('the network', () => {
  it('of 9 channels is told mask and masked picture behind the latents, alike in both halves', async () => {
    const samples: Float32Array[] = [];
    const shown: Float32Array[] = [];
    await withTiny(channels(9), (sd) => {
      const predict: StableDiffusion['unet']['predict'] = (input, signal) => {
        expect(input.sample.dims).toEqual([2, 9, 7, 5]);
        samples.push(input.sample.data.slice());
        return sd.unet.predict(input, signal);
      };
      const { inChannels, outChannels, sampleSize, residuals, takes, guidanceWidth } = sd.unet;
      const unet = { inChannels, outChannels, sampleSize, residuals, takes, guidanceWidth, predict };
      return inpaint(watched({ ...sd, unet }, shown), options);
    });
    expect(samples).toHaveLength(3);
    const [area, entry] = [35, 9 * 35];
    for (const sample of samples) {
      expect([...sample.subarray(4 * area, 5 * area)]).toEqual(Array.from({ length: area }, (_, i) => (i % 5 >= 3 ? 1 : 0)));
      expect(sample.subarray(4 * area, entry)).toEqual(samples[0]!.subarray(4 * area, entry));
      expect(sample.subarray(entry)).toEqual(sample.subarray(0, entry));
    }
    // White is grey to the encoder, which is 0.
    expect(shown[0]!.every((value, i) => value === 0 || i % 40 < 24)).toBe(true);
  });

  it('of 4 channels keeps latents outside of the mask as those of the picture', async () => {
    const seen: { noisy: Float32Array; clean?: Float32Array } = { noisy: new Float32Array() };
    await withTiny({ ...channels(4), scheduler: { _class_name: 'DDIMScheduler' } }, (sd) => {
      const encoder = sd.vaeEncoder!;
      const vaeEncoder: typeof encoder = {
        ...{ scale: encoder.scale, latentChannels: encoder.latentChannels },
        encode: async (...args) => {
          const latents = await encoder.encode(...args);
          seen.clean = latents.data.slice();
          return latents;
        },
      };
      const vaeDecoder: typeof sd.vaeDecoder = {
        ...{ scale: 8, latentChannels: 4, scalingFactor: sd.scalingFactor },
        decode: (latents, signal) => {
          seen.noisy = latents.data.slice();
          return sd.vaeDecoder.decode(latents, signal);
        },
      };
      return inpaint({ ...sd, vaeEncoder, vaeDecoder }, options);
    });
    const kept = (values: Float32Array) => [...values].filter((_, i) => i % 5 < 3);
    expect(kept(seen.noisy)).toEqual(kept(seen.clean!).map((value) => expect.closeTo(value, 5)));
    expect(seen.noisy).not.toEqual(seen.clean);
  });
});

describe('what cannot be', () => {
  it.each([
    [
      'sizes that are no whole latents',
      { width: 41, height: 56 },
      'VISION_DIFFUSION_BAD_IMAGE',
      '41 x 56 pixels are no whole latents of 8 x 8',
    ],
    ['a picture smaller than a latent', { image: { ...picture, width: 7, height: 320 } }, 'VISION_DIFFUSION_BAD_IMAGE', '0 x 320 pixels'],
    ['a strength that leaves no step', { strength: 0.3 }, 'VISION_DIFFUSION_BAD_STEPS', 'a strength of 0.3 leaves none'],
  ])('%s', async (_, change, code, message) => {
    const painting = withTiny(channels(9), (sd) => inpaint(sd, { ...options, ...change }));
    await expect(painting).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });

  it('a model without an encoder', async () => {
    const painting = withTiny({ ...channels(4), without: ['vae_encoder'] }, (sd) => inpaint(sd, options));
    await expect(painting).rejects.toMatchObject({ code: 'VISION_DIFFUSION_MISSING_COMPONENT' });
  });
});

it('works at a size of its own, as diffusers with width and height', async () => {
  const [painted] = await withTiny(channels(9), (sd) => inpaint(sd, { ...options, width: 72, height: 40 }));
  expect(painted).toMatchObject({ width: 72, height: 40 });
});
