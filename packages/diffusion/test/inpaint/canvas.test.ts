import { validate } from '@vision-sdk/core';
import { Uncrop } from '@vision-sdk/core/synapses';
import { encodePngBase64, type Raster } from '@vision-sdk/image';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addsNothing, planCanvas } from '../../src/inpaint/canvas.ts';
import { extendCanvas, keepOriginal } from '../../src/inpaint/extend.ts';
import { cut } from '../../src/inpaint/rasters.ts';
import { acceptsUncrop, canvasOptions } from '../../src/inpaint/uncrop-pipeline.ts';
import { visionRanges } from '../../src/requests/ranges.ts';

type Rgb = Raster & { readonly channels: 3 };

const NONE = { left: 0, right: 0, top: 0, bottom: 0 };

function painted(width: number, height: number, byte: (x: number, y: number, channel: number) => number): Rgb {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++) data[i] = byte(Math.floor(i / 3) % width, Math.floor(i / 3 / width), i % 3);
  return { width, height, channels: 3, data };
}

const noise = (width: number, height: number, seed = 1) =>
  painted(width, height, (x, y, channel) => (Math.imul(x * 7919 + y * 104729 + channel * 31 + seed, 2654435761) >>> 24) & 255);

/** Pixels, paddings and feathers of any kind. */
const anything = fc.record({
  width: fc.integer({ min: 1, max: 30 }),
  height: fc.integer({ min: 1, max: 30 }),
  padding: fc.record({ left: fc.nat(20), right: fc.nat(20), top: fc.nat(20), bottom: fc.nat(20) }),
  aspectRatio: fc.option(fc.double({ min: 0.25, max: 4, noNaN: true }), { nil: undefined }),
  multiple: fc.constantFrom(8, 16, 64),
  cell: fc.constantFrom(1, 2, 8),
  feather: fc.nat(20),
});

describe('the plan of a canvas', () => {
  it('is the recorded one: a 48x48 picture at (24, 8) of 96x64', () => {
    const canvas = planCanvas({ width: 48, height: 48 }, { padding: { left: 24, right: 24, top: 8, bottom: 8 } });
    expect(canvas).toEqual({
      ...{ width: 96, height: 64 },
      picture: { width: 48, height: 48, left: 24, top: 8 },
      result: { width: 96, height: 64, left: 0, top: 0 },
    });
  });

  it('puts the picture on whole latents and cuts what was not asked for', () => {
    const canvas = planCanvas({ width: 50, height: 41 }, { padding: { left: 5, right: 3, top: 0, bottom: 9 } });
    expect(canvas.picture).toEqual({ width: 50, height: 41, left: 8, top: 0 });
    expect(canvas.result).toEqual({ width: 58, height: 50, left: 3, top: 0 });
    expect([canvas.width, canvas.height]).toEqual([64, 56]);
  });

  it.each([
    ['wider', { width: 100, height: 100 }, NONE, 2, [200, 100]],
    ['higher', { width: 100, height: 100 }, NONE, 0.5, [100, 200]],
    ['from padding that is given', { width: 100, height: 100 }, { ...NONE, left: 60 }, 1, [160, 160]],
    ['an odd number of pixels', { width: 10, height: 9 }, NONE, 1.5, [14, 9]],
    ['not at all', { width: 160, height: 90 }, NONE, 16 / 9, [160, 90]],
  ])('reaches an aspect ratio: %s', (_how, picture, padding, aspectRatio, [width, height]) => {
    expect(planCanvas(picture, { padding, aspectRatio }).result).toMatchObject({ width, height });
  });

  it('has everything in its place, whatever is asked', () => {
    fc.assert(
      fc.property(anything, ({ width, height, padding, aspectRatio, multiple, cell }) => {
        const canvas = planCanvas({ width, height }, { padding, aspectRatio, multiple, cell });
        const { picture, result } = canvas;
        for (const side of [canvas.width, canvas.height]) expect(side % multiple).toBe(0);
        for (const place of [picture.left, picture.top]) expect(place % cell).toBe(0);
        expect(result.left >= 0 && result.top >= 0).toBe(true);
        expect(result.left + result.width <= canvas.width && result.top + result.height <= canvas.height).toBe(true);
        expect(picture.left - result.left >= padding.left && picture.top - result.top >= padding.top).toBe(true);
        expect(result.width >= width + padding.left + padding.right && result.height >= height + padding.top + padding.bottom).toBe(true);
        if (aspectRatio === undefined) expect(addsNothing(canvas)).toBe(Object.values(padding).every((side) => side === 0));
      }),
    );
  });
});

describe('an extended canvas', () => {
  it('has the picture, black in the mask, and continues its edges elsewhere', () => {
    const picture = painted(16, 8, (x, y, channel) => [40, 4 * x, 8 * y][channel]!);
    const canvas = planCanvas(picture, { padding: { left: 16, right: 8, top: 8, bottom: 8 } });
    const { image, mask } = extendCanvas(picture, canvas);
    expect(cut(image, { left: 16, top: 8, right: 32, bottom: 16 })).toEqual(picture);
    expect([...mask.data].every((byte, i) => (byte === 0) === (i % 40 >= 16 && i % 40 < 32 && i / 40 >= 8 && i / 40 < 16))).toBe(true);
    const pixel = (x: number, y: number) => [...image.data.subarray((y * 40 + x) * 3, (y * 40 + x + 1) * 3)];
    expect(pixel(15, 10)).toEqual([40, 0, 16]);
    expect(pixel(32, 15)).toEqual([40, 60, 56]);
    expect(pixel(20, 7)).toEqual([40, 16, 0]);
    // Far out, the whole left edge goes into a value.
    expect(pixel(0, 12)).toEqual([40, 0, 28]);
  });

  it('makes no jump at the corners', () => {
    const picture = painted(32, 32, (x, y) => 4 * x + 4 * y);
    const { image } = extendCanvas(picture, planCanvas(picture, { padding: { left: 32, right: 32, top: 32, bottom: 32 } }));
    for (let y = 1; y < 96; y++) {
      for (let x = 1; x < 96; x++) {
        const at = (y * 96 + x) * 3;
        expect(Math.abs(image.data[at]! - image.data[at - 3]!)).toBeLessThan(24);
        expect(Math.abs(image.data[at]! - image.data[at - 96 * 3]!)).toBeLessThan(24);
      }
    }
  });
});

describe('what is kept of the original', () => {
  it('is every pixel, whatever was painted', () => {
    fc.assert(
      fc.property(anything, fc.nat(), ({ width, height, feather, ...options }, seed) => {
        const picture = noise(width, height, seed);
        const canvas = planCanvas(picture, options);
        const result = keepOriginal(noise(canvas.width, canvas.height, seed + 1), picture, { canvas, feather });
        expect(result).toMatchObject({ width: canvas.result.width, height: canvas.result.height });
        const [left, top] = [canvas.picture.left - canvas.result.left, canvas.picture.top - canvas.result.top];
        expect(cut(result, { left, top, right: left + width, bottom: top + height })).toEqual(picture);
      }),
    );
  });

  it('leaves what was painted beyond the feather as it is', () => {
    const picture = noise(16, 16);
    const canvas = planCanvas(picture, { padding: { left: 24, right: 24, top: 24, bottom: 24 } });
    const canvasPainted = noise(64, 64, 5);
    const result = keepOriginal(canvasPainted, picture, { canvas, feather: 6 });
    const far = (x: number, y: number) => Math.hypot(Math.max(24 - x, x - 39, 0), Math.max(24 - y, y - 39, 0)) > 6;
    for (let i = 0; i < 64 * 64; i++) {
      if (far(i % 64, Math.floor(i / 64)))
        expect(result.data.subarray(3 * i, 3 * i + 3)).toEqual(canvasPainted.data.subarray(3 * i, 3 * i + 3));
    }
  });

  it('has no seam where the model painted everything darker', () => {
    const picture = painted(32, 32, () => 150);
    const canvas = planCanvas(picture, { padding: { ...NONE, right: 32 } });
    const darker = painted(64, 32, () => 120);
    const row = (feather: number) => {
      const { data } = keepOriginal(darker, picture, { canvas, feather });
      return Array.from({ length: 34 }, (_, i) => data[(64 * 16 + 30 + i) * 3]!);
    };
    const steps = (values: readonly number[]) => values.slice(1).map((value, i) => Math.abs(value - values[i]!));
    expect(Math.max(...steps(row(0)))).toBe(30);
    expect(Math.max(...steps(row(16)))).toBeLessThan(4);
    expect(row(16).at(-1)).toBe(120);
  });

  it('takes a smaller painting and enlarges it', () => {
    const picture = noise(16, 16);
    const canvas = planCanvas(picture, { padding: { left: 8, right: 8, top: 8, bottom: 8 } });
    const result = keepOriginal(
      painted(16, 16, () => 77),
      picture,
      { canvas, feather: 0 },
    );
    expect(cut(result, { left: 8, top: 8, right: 24, bottom: 24 })).toEqual(picture);
    expect(result.data[0]).toBe(77);
  });

  it('does not touch the painting that it was given', () => {
    const picture = noise(8, 8);
    const canvas = planCanvas(picture, { padding: { ...NONE, left: 8 } });
    const given = noise(16, 8, 3);
    const before = given.data.slice();
    keepOriginal(given, picture, { canvas, feather: 4 });
    expect(given.data).toEqual(before);
  });
});

describe('a padding that the request leaves to the model', () => {
  const asked = Uncrop.request.parse({ seed: 1, init_image: 'aGk=' });

  it.each([
    [1024, 64, 64, 104],
    [1024, 2000, 3000, 104],
    [64, 64, 64, 8],
    [64, 512, 512, 56],
    [64, 4096, 16, 24],
    [64, 3000, 2000, 104],
  ])('of a model for %i and a picture of %i x %i is %i', (defaultSide, width, height, pixels) => {
    const all = { left: pixels, right: pixels, top: pixels, bottom: pixels };
    expect(canvasOptions(asked, { picture: { width, height }, defaultSide }).padding).toEqual(all);
  });

  it('is that of the answer where its size is checked', async () => {
    const request = { ...asked, init_image: await encodePngBase64(noise(64, 64)) };
    const fits = async (side: number, maxPixels: number) =>
      (await validate(acceptsUncrop([visionRanges('stable-diffusion-xl-turbo', { side, latentScale: 8 })], maxPixels), request)).ok;
    expect([await fits(64, 80 ** 2), await fits(64, 80 ** 2 - 1)]).toEqual([true, false]);
    expect([await fits(1024, 272 ** 2), await fits(1024, 272 ** 2 - 1)]).toEqual([true, false]);
  });
});
