import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { silentLog } from '@vision-sdk/core';
import { fakeLoadContext } from '@vision-sdk/core/testing';
import type { Raster } from '@vision-sdk/image';
import { encodeModel } from '@vision-sdk/onnx/testing';
import { describe, expect, it } from 'vitest';
import {
  createScheduler,
  createStableDiffusion,
  imageToImage,
  loadStableDiffusion,
  type StableDiffusion,
  type TextTower,
  textToImage,
} from '../../src/index.ts';
import { type TinyStableDiffusion, writeTinyStableDiffusion } from '../../src/testing/index.ts';
import { temporaryFolder, weightsOf, withTiny } from './tiny.ts';

const REQUEST = { prompt: 'a red barn', negativePrompt: 'rain', width: 64, height: 48, steps: 3, guidance: 2.5, seed: 7 } as const;
const paint = (sd: StableDiffusion) => textToImage(sd, REQUEST);

/** The largest difference of any two bytes. */
function farthest(a: Raster, b: Raster): number {
  expect([a.width, a.height]).toEqual([b.width, b.height]);
  return a.data.reduce((most, byte, i) => Math.max(most, Math.abs(byte - b.data[i]!)), 0);
}

describe.each(['sd', 'sdxl'] as const)('the same weights as %s give the same picture', async (kind) => {
  const [plain] = await withTiny({ kind }, paint);

  it.each<[string, Partial<TinyStableDiffusion>, precision?: string]>([
    ['with ids of 32 bits', { ids: 'int32' }],
    ['with a timestep of one', { timestep: { form: 'one' } }],
    ['with a timestep for each entry', { timestep: { form: 'batch' } }],
    ['with a floating timestep', { timestep: { type: 'float32' } }],
    ['with output_hidden_states', { booleanInput: true }],
    ['with a data file', { externalData: { suffix: '_data' } }],
    ['with data in three pieces', { externalData: { suffix: '_data', files: 3 } }],
    ['with data called .data', { externalData: { suffix: '.data' } }],
    ['with data called otherwise', { externalData: { suffix: 'weights.pb' } }],
    ['laid out as transformers.js does', { layout: 'onnx' }],
    ['laid out as transformers.js does, with an ending', { layout: 'onnx', dtypeSuffix: '_fp16' }, 'fp16'],
    ['laid out as transformers.js does, in the only precision there is', { layout: 'onnx', dtypeSuffix: '_fp16' }],
    ['without an encoder of pictures', { without: ['vae_encoder'] }],
    ['without configs of components', { without: ['unet/config.json', 'vae_decoder/config.json', 'text_encoder/config.json'] }],
    ['without a second tokenizer', { without: ['tokenizer_2'] }],
  ])('%s', async (_, variation, precision) => {
    const [picture] = await withTiny({ kind, ...variation }, paint, precision === undefined ? {} : { precision });
    expect(picture).toEqual(plain);
  });

  it.each<[string, Partial<TinyStableDiffusion>, number]>([
    ['in half precision with floats around it', { weights: 'float16', io: 'float32' }, 3],
    ['in half precision throughout', { weights: 'float16' }, 3],
    ['in half precision, its timestep too', { weights: 'float16', timestep: { type: 'float16', form: 'batch' } }, 3],
  ])('almost, %s', async (_, variation, most) => {
    const [picture] = await withTiny({ kind, ...variation }, paint);
    expect(farthest(picture!, plain!)).toBeLessThanOrEqual(most);
  });

  it('and another one for other weights, seeds, prompts, guidance, steps and schedulers', async () => {
    const others = await withTiny({ kind }, async (sd) => [
      ...(await textToImage(sd, { ...REQUEST, seed: 8 })),
      ...(await textToImage(sd, { ...REQUEST, prompt: 'a blue barn' })),
      ...(await textToImage(sd, { ...REQUEST, negativePrompt: 'snow' })),
      ...(await textToImage(sd, { ...REQUEST, guidance: 3 })),
      ...(await textToImage(sd, { ...REQUEST, guidance: 1 })),
      ...(await textToImage(sd, { ...REQUEST, steps: 4 })),
      ...(await paint(sd.withScheduler(createScheduler({ _class_name: 'EulerDiscreteScheduler' })))),
    ]);
    const [otherWeights] = await withTiny({ kind, seed: 2 }, paint);
    const bytes = [plain!, otherWeights!, ...others].map(({ data }) => Buffer.from(data).toString('hex'));
    expect(new Set(bytes).size).toBe(9);
  });
});

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

/** A picture of noise. */
function noisy(width: number, height: number): Raster {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 2654435761) >>> 24);
  return { width, height, channels: 3, data };
}

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

describe('what is wrong with weights is said by the name of the component', () => {
  it.each(['text_encoder', 'text_encoder_2', 'unet', 'vae_decoder'] as const)('%s: no numbers, or a wrong shape', async (component) => {
    for (const defect of ['nan', 'shape'] as const) {
      const error = await withTiny({ kind: 'sdxl', defects: { [component]: defect } }, paint).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'VISION_DIFFUSION_BROKEN_COMPONENT', details: { component } });
    }
  });

  it.each(['nan', 'shape'] as const)('vae_encoder: %s', async (defect) => {
    const painting = withTiny({ kind: 'sdxl', defects: { vae_encoder: defect } }, (sd) =>
      imageToImage(sd, { ...REQUEST, image: noisy(64, 64), strength: 1 }),
    );
    await expect(painting).rejects.toThrow(
      expect.objectContaining({
        code: 'VISION_DIFFUSION_BROKEN_COMPONENT',
        details: expect.objectContaining({ component: 'vae_encoder' }),
      }),
    );
  });

  it.each(['text_encoder', 'unet', 'vae_decoder', 'tokenizer'])('%s: not there', async (component) => {
    const error = await withTiny({ kind: 'sdxl', without: [component] }, paint).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'VISION_DIFFUSION_MISSING_COMPONENT', details: { component } });
  });

  it('operators that this device lacks, and the execution provider that has them', async () => {
    await using folder = await temporaryFolder();
    await writeTinyStableDiffusion(folder.path, { kind: 'sd' });
    const value = (name: string, channels: number) => ({ name, type: 'float32', dims: ['b', 64, channels] }) as const;
    const inputs = [value('sample', 8), { name: 'bias', type: 'float32', dims: [8] }] as const;
    const nodes = [{ operator: 'BiasSplitGelu', domain: 'com.microsoft', inputs: ['sample', 'bias'], outputs: ['out_sample'] }];
    const fused = encodeModel({ inputs, outputs: [value('out_sample', 4)], nodes, opsets: { 'com.microsoft': 1 } });
    await writeFile(join(folder.path, 'unet/model.onnx'), fused);
    await expect(loadStableDiffusion(fakeLoadContext(), weightsOf(folder.path))).rejects.toThrow(
      expect.objectContaining({
        code: 'VISION_ONNX_OPERATOR_UNKNOWN',
        message: expect.stringContaining('unet/model.onnx uses operators that cpu cannot run: com.microsoft:BiasSplitGelu'),
        hint: expect.stringContaining('execution provider cuda'),
      }),
    );
  });

  it('no scheduler', async () => {
    const error = await withTiny({ kind: 'sd', without: ['scheduler'] }, paint).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'VISION_DIFFUSION_BAD_CONFIG', message: expect.stringContaining('scheduler_config.json') });
  });
});

describe('loading', () => {
  it('asks for the device of each component by its name', async () => {
    const asked: string[] = [];
    const deviceOf = (component: string) => {
      asked.push(component);
      return component === 'vae_decoder' ? 'cuda:7' : 'cpu';
    };
    const error = await withTiny({ kind: 'sdxl' }, paint, { context: { deviceOf } }).catch((thrown: unknown) => thrown);
    expect(asked).toEqual(['text_encoder', 'text_encoder_2', 'unet', 'vae_decoder']);
    expect(String((error as { code?: string }).code)).toMatch(/^VISION_ONNX_(PROVIDER|DEVICE)/);
  });

  it('tells of text encoders that lack the states SDXL was trained with', async () => {
    const warnings: string[] = [];
    const log = { ...silentLog, warn: (_: unknown, message: string) => void warnings.push(message) };
    const [picture] = await withTiny({ kind: 'sdxl', hiddenStates: false }, paint, { context: { log } });
    expect(picture).toMatchObject({ width: 64 });
    expect(warnings).toHaveLength(2);
    await withTiny({ kind: 'sd', hiddenStates: false }, paint, { context: { log } });
    expect(warnings).toHaveLength(2);
  });

  it('ends a run within one step', async () => {
    const controller = new AbortController();
    const steps: number[] = [];
    const onStep = (step: number) => {
      steps.push(step);
      if (step === 2) controller.abort();
    };
    const painting = withTiny({ kind: 'sd' }, (sd) => textToImage(sd, REQUEST, { signal: controller.signal, onStep }));
    await expect(painting).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
    expect(steps).toEqual([1, 2]);
  });
});

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
