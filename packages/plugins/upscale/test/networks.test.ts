import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeBase64Image } from '@vision-sdk/image';
import type { TinyModel } from '@vision-sdk/onnx/testing';
import { describe, expect, it } from 'vitest';
import { load, request, run } from './model.ts';
import { folding, repeater, temporaryFolder, writeNetwork } from './networks.ts';

/** Enlarges a small picture; returns the source and every pixel of the result that is no repetition of it. */
async function wrongPixels(options: Parameters<typeof load>[0], scale: number): Promise<number> {
  await using model = await load(options);
  const image = await request(37, 29);
  const [source, result] = [await decodeBase64Image(image), await decodeBase64Image((await run(model, image)).image_b64s![0]!)];
  expect([result.width, result.height]).toEqual([37 * scale, 29 * scale]);
  let wrong = 0;
  for (let i = 0; i < result.data.length; i++) {
    const [pixel, channel] = [Math.floor(i / 3), i % 3];
    const [row, column] = [Math.floor(pixel / result.width), pixel % result.width];
    const from = (Math.floor(row / scale) * 37 + Math.floor(column / scale)) * 3 + channel;
    if (Math.abs(result.data[i]! - source.data[from]!) > 0) wrong++;
  }
  return wrong;
}

describe('networks', () => {
  it.each<[string, Parameters<typeof repeater>[0], object, number]>([
    ['of factor 2', {}, {}, 2],
    ['of factor 4', { scale: 4 }, {}, 4],
    ['of factor 3, in one piece', { scale: 3 }, { tiling: 'whole' }, 3],
    ['with halves', { type: 'float16' }, { tiling: 'whole' }, 2],
    ['of a fixed size', { sides: [80, 80], batch: 1 }, {}, 2],
    ['of a fixed size and a narrow border', { sides: [32, 32], batch: 1 }, { tile: { border: 8 } }, 2],
    ['of factor 4 and a fixed size', { scale: 4, sides: [128, 128], batch: 1 }, {}, 4],
    ['of factor 4, in one piece', { scale: 4 }, { tiling: 'whole' }, 4],
    ['of factor 4, told so', { scale: 4 }, { scale: 4 }, 4],
    ['of a fixed size that is not square', { scale: 4, sides: [64, 72], batch: 1 }, {}, 4],
    ['of a fixed height', { sides: [64, 'w'], batch: 1 }, {}, 2],
    ['that insist on four tiles at once', { sides: [72, 72], batch: 4 }, {}, 2],
    ['that insist on three tiles of any size', { scale: 4, batch: 3 }, { tile: { size: 16 } }, 4],
  ])('%s are used without being told', async (_, network, options, scale) => {
    await using folder = await temporaryFolder();
    const model = await writeNetwork(folder.path, repeater(network));
    expect(await wrongPixels({ model, ...options }, scale)).toBe(0);
  });

  it.each(['vision', 'whole'] as const)('that fold pixels into channels first, cut as %s: sides are even', async (tiling) => {
    await using folder = await temporaryFolder();
    await using model = await load({ model: await writeNetwork(folder.path, folding()), tiling });
    const image = await request(37, 29);
    const [source, result] = [await decodeBase64Image(image), await decodeBase64Image((await run(model, image)).image_b64s![0]!)];
    expect([result.width, result.height]).toEqual([74, 58]);
    // Folding begins at the tile's first pixel, which is the picture's own in one piece.
    if (tiling === 'vision') return;
    const folded = result.data.map((_, i) => {
      const [row, column] = [Math.floor(i / 3 / 74), Math.floor(i / 3) % 74];
      return source.data[(2 * Math.floor(row / 4) * 37 + 2 * Math.floor(column / 4)) * 3 + (i % 3)]!;
    });
    expect(result.data).toEqual(folded);
  });

  it('are found in a folder', async () => {
    await using folder = await temporaryFolder();
    await writeNetwork(folder.path, repeater(), 'mine.onnx');
    expect(await wrongPixels({ model: folder.path }, 2)).toBe(0);
  });
});

const code = async (options: Parameters<typeof load>[0]) => {
  const outcome = await load(options).catch((error: unknown) => error);
  return outcome instanceof Error ? (outcome as { code?: string }).code : 'loaded';
};

describe('what is no network to enlarge with is refused while loading', () => {
  it.each<[string, (folder: string) => Promise<unknown>, string]>([
    ['nothing at all', async () => {}, 'VISION_UPSCALE_MODEL_NOT_FOUND'],
    [
      'several networks',
      (folder) => Promise.all(['a.onnx', 'b.onnx'].map((name) => writeNetwork(folder, repeater(), name))),
      'VISION_UPSCALE_MODEL_AMBIGUOUS',
    ],
    ['rubbish', (folder) => writeFile(join(folder, 'model.onnx'), 'rubbish'), 'VISION_ONNX_NOT_ONNX'],
    ['a factor of 1', (folder) => writeNetwork(folder, same()), 'VISION_UPSCALE_NOT_AN_UPSCALER'],
    ['one channel', (folder) => writeNetwork(folder, same({ dims: ['n', 1, 'h', 'w'] })), 'VISION_UPSCALE_NOT_AN_UPSCALER'],
    ['two dimensions', (folder) => writeNetwork(folder, same({ dims: ['n', 3] })), 'VISION_UPSCALE_NOT_AN_UPSCALER'],
    ['whole numbers', (folder) => writeNetwork(folder, same({ type: 'int64' })), 'VISION_UPSCALE_NOT_AN_UPSCALER'],
    ['two inputs', (folder) => writeNetwork(folder, twoInputs()), 'VISION_UPSCALE_NOT_AN_UPSCALER'],
  ])('%s', async (_, write, expected) => {
    await using folder = await temporaryFolder();
    await write(folder.path);
    expect(await code({ model: folder.path })).toBe(expected);
  });

  it('another factor than the options say', async () => {
    await using folder = await temporaryFolder();
    expect(await code({ model: await writeNetwork(folder.path, repeater({ scale: 4 })), scale: 2 })).toBe('VISION_UPSCALE_WRONG_SCALE');
  });

  it.each<[string, Parameters<typeof repeater>[0], object]>([
    ['in one piece', { sides: [80, 80], batch: 1 }, { tiling: 'whole' }],
    ['a fixed width in one piece', { sides: ['h', 96], batch: 1 }, { tiling: 'whole' }],
    ['one piece for several at once', { batch: 4 }, { tiling: 'whole' }],
    ['narrow in one direction', { sides: [80, 48], batch: 1 }, {}],
    ['narrower than the border', { sides: [40, 40], batch: 1 }, {}],
    ['another tile', { sides: [80, 80], batch: 1 }, { tile: { size: 192 } }],
  ])('a fixed size that the settings do not suit: %s', async (_, network, options) => {
    await using folder = await temporaryFolder();
    expect(await code({ model: await writeNetwork(folder.path, repeater(network)), ...options })).toBe('VISION_UPSCALE_FIXED_SIZE');
  });

  it('a device that is not there', async () => {
    const { upscaleModel } = await import('../src/model.ts');
    const { upscaleOptions } = await import('../src/options.ts');
    const { fakeLoadContext } = await import('@vision-sdk/core/testing');
    const model = upscaleModel(upscaleOptions.parse({}));
    const context = fakeLoadContext({
      device: 'tpu:0',
      weights: async (file) => `${(model.weights[0] as { folder: string }).folder}/${file}`,
    });
    await expect(model.load(context)).rejects.toMatchObject({ code: 'VISION_ONNX_DEVICE_UNKNOWN' });
  });
});

function same(value: { type?: 'float32' | 'int64'; dims?: (number | string)[] } = {}): TinyModel {
  const { type = 'float32', dims = ['n', 3, 'h', 'w'] } = value;
  return {
    inputs: [{ name: 'x', type, dims }],
    outputs: [{ name: 'y', type, dims }],
    nodes: [{ operator: 'Identity', inputs: ['x'], outputs: ['y'] }],
  };
}

function twoInputs(): TinyModel {
  const model = same();
  const nodes = [{ operator: 'Add', inputs: ['x', 'z'], outputs: ['y'] }];
  return { ...model, inputs: [...model.inputs, { ...model.inputs[0]!, name: 'z' }], nodes };
}
