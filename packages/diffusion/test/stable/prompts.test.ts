import { describe, expect, it } from 'vitest';
import { createStableDiffusion, type StableDiffusionParts, type TextTower, textToImage, type UnetInput } from '../../src/index.ts';
import { paint, REQUEST, withTiny } from './tiny.ts';

describe('prompts that come again', () => {
  it('are encoded once, and give the same picture', async () => {
    await withTiny({ kind: 'sdxl' }, async ({ unet, vaeDecoder, scheduler }) => {
      const encoded: number[] = [];
      const counted = createStableDiffusion({ unet, vaeDecoder, scheduler, text: [countingTower(encoded, 8), countingTower(encoded, 12)] });
      const [first] = await paint(counted);
      expect(encoded).toEqual([8, 12, 8, 12]);
      expect(await paint(counted)).toEqual([first]);
      await textToImage(counted, { ...REQUEST, prompt: 'another' });
      expect(encoded).toEqual([8, 12, 8, 12, 8, 12]);
      for (let i = 0; i < 8; i++) await textToImage(counted, { ...REQUEST, prompt: `number ${i}`, guidance: 1 });
      encoded.length = 0;
      expect(await paint(counted)).toEqual([first]);
      expect(encoded).toEqual([8, 12, 8, 12]);
    });
  });

  it('are not kept where they are very long', async () => {
    await withTiny({ kind: 'sdxl' }, async ({ unet, vaeDecoder, scheduler }) => {
      const encoded: number[] = [];
      const counted = createStableDiffusion({ unet, vaeDecoder, scheduler, text: [countingTower(encoded, 8), countingTower(encoded, 12)] });
      const paintLong = (length: number) => textToImage(counted, { ...REQUEST, prompt: 'x'.repeat(length), guidance: 1, steps: 1 });
      for (const length of [10_000, 10_000, 10_001, 10_001]) await paintLong(length);
      expect(encoded).toEqual([8, 12, 8, 12, 8, 12]);
    });
  });

  /** Encodes every text as its first ids, and notes its width each time. */
  function countingTower(encoded: number[], width: number): TextTower {
    const plane = (rows: number, dims: readonly number[]) => ({
      data: new Float32Array(rows * dims.reduce((a, b) => a * b, 1)).fill(width),
      dims: [rows, ...dims],
    });
    return {
      tokenizer: { encodePadded: (text) => Int32Array.from({ length: 77 }, (_, i) => text.codePointAt(i) ?? 0) },
      encoder: {
        encode: async (ids) => {
          encoded.push(width);
          const states = plane(ids.length, [77, width]);
          states.data.set(ids.flat().slice(0, states.data.length));
          return { last: states, penultimate: states, pooled: plane(ids.length, [6]) };
        },
      },
    };
  }
});

describe('networks distilled for few steps', () => {
  it('are told the guidance instead of being asked twice', async () => {
    await withTiny({ kind: 'sd' }, async ({ unet, vaeDecoder, scheduler }) => {
      const inputs: UnetInput[] = [];
      const distilled: StableDiffusionParts['unet'] = {
        ...{
          inChannels: 4,
          outChannels: 4,
          sampleSize: 8,
          residuals: [],
          takes: ['sample', 'timestep', 'timestep_cond'],
          guidanceWidth: 8,
        },
        predict: (input, signal) => {
          inputs.push(input);
          return unet.predict(input, signal);
        },
      };
      const states = { data: new Float32Array(77 * 8), dims: [1, 77, 8] };
      const tower = {
        tokenizer: { encodePadded: () => new Int32Array(77) },
        encoder: { encode: async () => ({ last: states, penultimate: undefined, pooled: undefined }) },
      };
      const sd = createStableDiffusion({ unet: distilled, vaeDecoder, scheduler, text: [tower] });
      await textToImage(sd, { ...REQUEST, steps: 1, guidance: 7.5 });
      expect(inputs.map(({ sample }) => sample.dims)).toEqual([[1, 4, 6, 8]]);
      // diffusers' get_guidance_scale_embedding(6.5, 8).
      const recorded = [-0.04478474, 0.11018915, 0.99112326, 0.60518634, -0.99899668, 0.99391061, 0.13294603, 0.79608387];
      const { data, dims } = inputs[0]!.timestepCond!;
      expect([[...data], dims]).toEqual([recorded.map((value) => expect.closeTo(value, 6)), [1, 8]]);
    });
  });
});
