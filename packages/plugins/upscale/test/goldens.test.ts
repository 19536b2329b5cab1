import type { Raster, RgbRaster } from '@vision-sdk/image';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enlarge } from '../src/enlarge.ts';
import type { Network, Pixels } from '../src/network.ts';
import { visionPlan } from '../src/tiling/vision.ts';
import { fixture, largeGoldens, picture } from './goldens.ts';
import { loadNetwork } from './networks.ts';

const VISION = { height: 192, width: 192, border: 24, mirror: 15, batch: 4 };
const large = largeGoldens();
const context = { signal: new AbortController().signal, onStep: () => {} };

let network: Network;
beforeAll(async () => {
  network = await loadNetwork(fixture('realesrgan_x2_tiny.onnx'));
});
afterAll(() => network[Symbol.asyncDispose]());

/** Furthest that PyTorch's value (in the goldens) and ONNX Runtime's may lie apart: both round float32 sums in their own order. */
const NOISE = 2e-6;

/** Enlarges as Vision does, with the network's values moved by `shift` before they are truncated. */
async function enlarged(source: Raster, shift = 0): Promise<Uint8Array> {
  const shifted = async (pixels: Pixels) => {
    const result = await network.run(pixels);
    return { ...result, data: result.data.map((value) => value + shift) };
  };
  const plan = visionPlan(source.height, source.width, VISION);
  return (await enlarge(shift === 0 ? network : { scale: network.scale, run: shifted }, source, plan, context)).data;
}

const count = (length: number, test: (i: number) => boolean) => Array.from({ length }, (_, i) => test(i)).filter(Boolean).length;

/** Bytes that differ from Vision's result, and those that no noise explains. */
async function differences(source: RgbRaster, expected: RgbRaster) {
  expect([expected.width, expected.height]).toEqual([2 * source.width, 2 * source.height]);
  const [exact, low, high] = [await enlarged(source), await enlarged(source, -NOISE), await enlarged(source, NOISE)];
  const { data } = expected;
  return {
    share: count(data.length, (i) => exact[i] !== data[i]) / data.length,
    unexplained: count(data.length, (i) => data[i]! < low[i]! || data[i]! > high[i]!),
    doubtful: count(data.length, (i) => low[i] !== high[i]) / data.length,
  };
}

async function compare(folder: (file: string) => string, name: string): Promise<void> {
  const { share, unexplained, doubtful } = await differences(await picture(folder(`${name}.png`)), await picture(folder(`${name}_x2.png`)));
  expect(unexplained).toBe(0);
  expect(share).toBeLessThan(5e-5);
  expect(doubtful).toBeLessThan(5e-3);
}

describe("Vision's RealESRGANClass.predict, recorded with PyTorch", () => {
  it.each(['tiny', 'small', 'two'])('%s: every byte, but for values within 2e-6 of the next one', async (name) => {
    await compare(fixture, name);
  });

  it.skipIf(large === undefined).each(['exact', 'four'])('%s: the same (needs the large goldens, VISION_GOLDENS)', async (name) => {
    await compare((file) => `${large}/${file}`, name);
  });

  it('runs the network on batches of at most four tiles', () => {
    const runs = visionPlan(215, 700, VISION).runs.map((tiles) => tiles.length);
    expect(runs).toEqual([4, 4]);
  });
});
