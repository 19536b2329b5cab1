import type { DiffusionRanges, Range } from './ranges.ts';

/** What a request says of steps and guidance; null and nothing leave them to the model. */
export interface AskedValues {
  readonly steps?: number | null | undefined;
  readonly cfg_scale?: number | null | undefined;
}

/**
 * Steps and guidance of a request. What it leaves to the model is what the ranges have for that, else the middle of the range. Where the ranges have
 * something, it also takes the place of a value out of range: requests are only let through with one where nobody said it, such as a guidance of 7.
 */
export function modelValues(
  { steps, cfg_scale }: AskedValues,
  ranges: Pick<DiffusionRanges, 'steps' | 'guidance' | 'defaultSteps' | 'defaultGuidance'>,
): { readonly steps: number; readonly guidance: number } {
  return {
    steps: askedOrOwn(steps, ranges.steps, ranges.defaultSteps) ?? Math.round(middle(ranges.steps)),
    guidance: askedOrOwn(cfg_scale, ranges.guidance, ranges.defaultGuidance) ?? middle(ranges.guidance),
  };
}

function askedOrOwn(asked: number | null | undefined, { least, most }: Range, own: number | undefined): number | undefined {
  if (typeof asked !== 'number') return own;
  return own !== undefined && (asked < least || asked > most) ? own : asked;
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
