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

/**
 * The strength for a request's `image_strength`, which is how much is to be kept: at least what leaves one step, as diffusers fails with less.
 */
export function repaintStrength(imageStrength: number, steps: number): number {
  const strength = 1 - imageStrength;
  return Math.trunc(steps * strength) > 0 ? strength : Math.min(1, 1.5 / steps);
}

function middle({ least, most }: Range): number {
  return (least + most) / 2;
}
