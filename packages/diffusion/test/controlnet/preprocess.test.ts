import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Raster } from '@vision-sdk/image';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canny } from '../../src/controlnet/preprocess/canny.ts';
import { gaussian5 } from '../../src/controlnet/preprocess/gaussian.ts';
import { invertedLines } from '../../src/controlnet/preprocess/inverted-lines.ts';
import { scribbleLines } from '../../src/controlnet/preprocess/scribble-lines.ts';
import { softEdge } from '../../src/controlnet/preprocess/soft-edge.ts';

interface Recorded {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly pixels: string;
  readonly canny: readonly { readonly low: number; readonly high: number; readonly blur: boolean; readonly edges: string }[];
  readonly gaussian5_sha256: string;
  readonly xdog?: string;
}

/** What OpenCV 5.0 made of seven pictures: two photographs in the public domain, the others drawn. */
const fixture = resolve(import.meta.dirname, '../fixtures/controlnet/opencv.json.gz');
const { pictures } = JSON.parse(gunzipSync(readFileSync(fixture)).toString('utf8')) as { readonly pictures: readonly Recorded[] };

const bytes = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));
const rasterOf = ({ width, height, channels, pixels }: Recorded): Raster => ({ width, height, channels, data: bytes(pixels) });

/** A plane of black and white, of packed bits. */
function unpack(bits: string, size: number): Uint8Array {
  const packed = bytes(bits);
  return Uint8Array.from({ length: size }, (_, i) => ((packed[i >> 3]! >> (7 - (i & 7))) & 1) * 255);
}

const different = (left: Uint8Array, right: Uint8Array) => left.filter((byte, i) => byte !== right[i]).length;

describe('against OpenCV', () => {
  it.each(pictures.flatMap((picture) => picture.canny.map((run) => [picture.name, run, picture] as const)))(
    'Canny of %s with %o is exact',
    (_, { edges, ...options }, picture) => {
      const { data, ...form } = canny(rasterOf(picture), options);
      expect(form).toEqual({ width: picture.width, height: picture.height, channels: 1 });
      expect(different(data, unpack(edges, data.length))).toBe(0);
    },
  );

  it('Canny takes 100 and 200 and no Gaussian where nothing is said', () => {
    const picture = pictures.find(({ name }) => name === 'cat')!;
    const { data } = canny(rasterOf(picture));
    const { edges } = picture.canny.find(({ low, high, blur }) => low === 100 && high === 200 && !blur)!;
    expect(different(data, unpack(edges, data.length))).toBe(0);
    expect(data.some((byte) => byte === 255)).toBe(true);
  });

  it.each(pictures.map((picture) => [picture.name, picture] as const))('the 5 x 5 Gaussian of %s is exact', (_, picture) => {
    const { data } = gaussian5(rasterOf(picture));
    expect(createHash('sha256').update(data).digest('hex')).toBe(picture.gaussian5_sha256);
  });

  // Sums of floats in another order move a value over the threshold once in a long while.
  it.each(pictures.filter(({ xdog }) => xdog !== undefined).map((picture) => [picture.name, picture] as const))(
    'scribble lines of %s are those of XDoG',
    (_, picture) => {
      const { data } = scribbleLines(rasterOf(picture));
      expect(different(data, unpack(picture.xdog!, data.length))).toBeLessThanOrEqual(data.length / 1000);
    },
  );
});

const flat = (byte: number, width = 20, height = 10): Raster => ({
  width,
  height,
  channels: 3,
  data: new Uint8Array(width * height * 3).fill(byte),
});
const halves: Raster = { width: 40, height: 30, channels: 1, data: Uint8Array.from({ length: 1200 }, (_, i) => (i % 40 < 20 ? 20 : 220)) };

describe('Canny', () => {
  it('draws only black and white, whatever it gets', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.infiniteStream(fc.integer({ min: 0, max: 255 })),
        (width, height, random) => {
          const data = Uint8Array.from({ length: width * height }, () => random.next().value as number);
          const edges = canny({ width, height, channels: 1, data }, { low: 0, high: 0 });
          expect(edges.data.every((byte) => byte === 0 || byte === 255)).toBe(true);
        },
      ),
    );
  });

  it('does not see alpha', () => {
    const data = new Uint8Array(16 * 16 * 4).fill(90).map((byte, i) => (i % 4 === 3 && i > 512 ? 0 : byte));
    expect(canny({ width: 16, height: 16, channels: 4, data }).data.some((byte) => byte > 0)).toBe(false);
  });
});

describe('soft edges', () => {
  it('are brightest on the edge and fall off to both sides', () => {
    const { data } = softEdge(halves);
    const row = [...data.subarray(15 * 40, 16 * 40)];
    expect(row[19]).toBe(255);
    expect(row[20]).toBe(255);
    expect(row.slice(19, 30)).toEqual(row.slice(19, 30).sort((a, b) => b - a));
    expect(row).toEqual(row.toReversed());
    expect(row[0]).toBe(0);
  });

  it('of a flat picture are black', () => {
    for (const byte of [0, 128, 255]) expect(softEdge(flat(byte)).data.every((value) => value === 0)).toBe(true);
  });

  it.each([
    [1, 1],
    [1, 50],
    [3, 2],
  ])('exist for %i x %i pixels', (width, height) => {
    expect(softEdge(flat(7, width, height)).data).toHaveLength(width * height);
  });
});

describe('lines', () => {
  it('inverted twice are the picture', () => {
    const picture = rasterOf(pictures[0]!);
    expect(invertedLines(invertedLines(picture))).toEqual({ ...picture, channels: 3 });
    expect(invertedLines({ width: 1, height: 1, channels: 4, data: Uint8Array.of(0, 1, 255, 7) }).data).toEqual(Uint8Array.of(255, 254, 0));
  });
});

it.each([canny, softEdge, scribbleLines, invertedLines])('%o refuses what is no picture', (preprocess) => {
  const wrong: Raster = { width: 4, height: 4, channels: 3, data: new Uint8Array(5) };
  expect(() => preprocess(wrong)).toThrow(expect.objectContaining({ code: 'VISION_DIFFUSION_BAD_IMAGE' }));
  expect(() => preprocess({ width: 0, height: 4, channels: 3, data: new Uint8Array(0) })).toThrow('bytes for 0 x 4');
});
