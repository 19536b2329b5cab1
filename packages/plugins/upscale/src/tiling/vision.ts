import { type Axis, chunks, clampIndex, type Plan, tilesOf } from './plan.ts';

/** How Vision cuts along one side: its numbers are 192, 24 and 15. Pixels of the input. */
export interface VisionCuts {
  readonly size: number;
  readonly border: number;
  readonly mirror: number;
}

/** Vision's tiles are squares of 192, four in one run. Pixels of the input. */
export interface VisionTiling extends Omit<VisionCuts, 'size'> {
  readonly height: number;
  readonly width: number;
  readonly batch: number;
}

/**
 * The tiling of Real-ESRGAN (ai-forever) as Vision 2.0.7 runs it: mirror the picture's edges, repeat the last pixels up to a multiple of the tile,
 * cut tiles with a border, and truncate to bytes. Tiles that hold nothing of the picture are left out, which changes no byte.
 */
export function visionPlan(height: number, width: number, tiling: VisionTiling): Plan {
  const along = (length: number, size: number) => visionAxes(length, { ...tiling, size });
  const tiles = tilesOf(along(height, tiling.height), along(width, tiling.width));
  return { runs: chunks(tiles, tiling.batch), rounding: 'truncate' };
}

/** The tiles along one side. */
export function visionAxes(length: number, tiling: VisionCuts): Axis[] {
  const count = Math.ceil((length + 2 * tiling.mirror) / tiling.size);
  return Array.from({ length: count }, (_, i) => visionAxis(length, i * tiling.size, tiling)).filter(({ keep }) => keep > 0);
}

/** `start` counts from the first mirrored pixel. */
function visionAxis(length: number, start: number, { size, border, mirror }: VisionCuts): Axis {
  const mirrored = length + 2 * mirror;
  const source = Int32Array.from({ length: size + 2 * border }, (_, i) =>
    mirrorIndex(clampIndex(start - border + i, mirrored) - mirror, length),
  );
  const first = Math.max(start, mirror);
  const last = Math.min(start + size, mirror + length);
  return { source, skip: border + first - start, keep: last - first, at: first - mirror };
}

/** Reflects at the edges with the edge pixel repeated, as often as a side shorter than the mirror needs. */
export function mirrorIndex(index: number, length: number): number {
  const period = 2 * length;
  const phase = ((index % period) + period) % period;
  return phase < length ? phase : period - 1 - phase;
}
