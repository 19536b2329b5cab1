import type { DiffusionRanges, Range } from './ranges.ts';

/** What a request says of steps and guidance; null and nothing leave them to the model. */
export interface AskedValues {
  readonly steps?: number | null | undefined;
  readonly cfg_scale?: number | null | undefined;
}

/** Steps and guidance of a request; what it leaves to the model is the middle of the model's range. */
export function modelValues(
  { steps, cfg_scale }: AskedValues,
  ranges: Pick<DiffusionRanges, 'steps' | 'guidance'>,
): { readonly steps: number; readonly guidance: number } {
  return { steps: steps ?? Math.round(middle(ranges.steps)), guidance: cfg_scale ?? middle(ranges.guidance) };
}

function middle({ least, most }: Range): number {
  return (least + most) / 2;
}
