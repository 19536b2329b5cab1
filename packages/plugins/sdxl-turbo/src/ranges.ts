import { type DiffusersWeights, type DiffusionRanges, nativeSize, visionRanges } from '@vision-sdk/diffusion';
import type { SdxlTurboOptions } from './options.ts';

/** What each of the model's engines may be asked for: Vision's ranges, scaled to the size of the weights, and what the options say otherwise. */
export function rangesOf(
  { engines, ranges }: Pick<SdxlTurboOptions, 'engines' | 'ranges'>,
  weights: DiffusersWeights,
): readonly DiffusionRanges[] {
  const native = nativeSize(weights);
  const vision = visionRanges('stable-diffusion-xl-turbo', native);
  const { side, multipleOf = vision.side.multipleOf, defaultSide = vision.defaultSide } = ranges;
  const sides = { ...vision.side, ...bounds(side), multipleOf };
  const steps = { ...vision.steps, ...bounds(ranges.steps) };
  const guidance = { ...vision.guidance, ...bounds(ranges.guidance) };
  const sampledSide = { ...sides, ...(vision.sampledSide.most < sides.most ? { most: vision.sampledSide.most } : {}) };
  return engines.map((engine) => ({ ...vision, engine, steps, guidance, side: sides, sampledSide, defaultSide }));
}

function bounds(range: readonly [number, number] | undefined): { readonly least: number; readonly most: number } | undefined {
  return range === undefined ? undefined : { least: range[0], most: range[1] };
}
