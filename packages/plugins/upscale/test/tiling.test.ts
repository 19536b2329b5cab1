import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Axis } from '../src/tiling/plan.ts';
import { mirrorIndex, visionAxes } from '../src/tiling/vision.ts';
import { wholeAxes } from '../src/tiling/whole.ts';
import { fixture, readSafetensors } from './goldens.ts';

const helpers = readSafetensors(fixture('helpers.safetensors'));
const golden = (name: string) => helpers.get(name)!;

/** Rows and columns of an interleaved RGB picture. */
function pick(source: { shape: number[]; data: Uint8Array }, rows: Iterable<number>, columns: Iterable<number>): number[] {
  const width = source.shape[1]!;
  const across = [...columns];
  return [...rows].flatMap((row) =>
    across.flatMap((column) => [...source.data.subarray((row * width + column) * 3, (row * width + column) * 3 + 3)]),
  );
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

/** How often the kept parts of the tiles write each position, and whether each tile shows there what the picture has. */
function written(length: number, axes: readonly Axis[]): number[] {
  const count = new Array<number>(length).fill(0);
  for (const { source, skip, keep, at } of axes) {
    for (let i = 0; i < keep; i++) if (source[skip + i] === at + i) count[at + i]! += 1;
  }
  return count;
}

describe("Real-ESRGAN's helpers, against the recorded ones", () => {
  it('pad_reflect', () => {
    const source = golden('pad_reflect/in');
    const [height, width] = [source.shape[0]!, source.shape[1]!];
    const mirrored = (length: number) => range(-3, length + 3).map((index) => mirrorIndex(index, length));
    expect(pick(source, mirrored(height), mirrored(width))).toEqual([...golden('pad_reflect/out_3').data]);
  });

  it('split_image_into_overlapping_patches', () => {
    const source = golden('split/in');
    const tiling = { size: 4, border: 2, mirror: 0 };
    const [rows, columns] = [visionAxes(source.shape[0]!, tiling), visionAxes(source.shape[1]!, tiling)];
    const patches = rows.flatMap((row) => columns.flatMap((column) => pick(source, row.source, column.source)));
    expect(patches).toEqual([...golden('split/patches_4_2').data]);
  });
});

describe('tiles', () => {
  it('of Vision write every pixel once, in the right place', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 700 }), fc.constantFrom(15, 0, 40), (length, mirror) => {
        const axes = visionAxes(length, { size: 192, border: 24, mirror });
        expect(written(length, axes)).toEqual(new Array(length).fill(1));
        for (const { source } of axes) expect(source.length).toBe(240);
      }),
    );
  });

  it('of whole pictures write every pixel once, in the right place', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 700 }),
        fc.integer({ min: 16, max: 300 }),
        fc.integer({ min: 1, max: 8 }),
        (length, size, multiple) => {
          const axes = wholeAxes(length, { size, border: 24, multiple });
          expect(written(length, axes)).toEqual(new Array(length).fill(1));
          for (const { source, keep } of axes) {
            expect(source.length % multiple).toBe(0);
            expect(keep).toBeLessThanOrEqual(size);
          }
        },
      ),
    );
  });

  it('mirror as NumPy does with mode symmetric, also beyond a short side', () => {
    expect(range(-7, 10).map((index) => mirrorIndex(index, 3))).toEqual([0, 0, 1, 2, 2, 1, 0, 0, 1, 2, 2, 1, 0, 0, 1, 2, 2]);
    expect(range(-3, 4).map((index) => mirrorIndex(index, 1))).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });
});
