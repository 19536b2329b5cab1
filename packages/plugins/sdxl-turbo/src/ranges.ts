import { type DiffusersWeights, type DiffusionRanges, forEngines, narrowedRanges, nativeSize, visionRanges } from '@vision-sdk/diffusion';
import type { SdxlTurboOptions } from './options.ts';

/** What each of the model's engines may be asked for, the first included. */
export type EngineRanges = readonly [DiffusionRanges, ...DiffusionRanges[]];

/** Vision's ranges, scaled to the size of the weights, and what the options say otherwise. */
export function rangesOf({ engines, ranges }: Pick<SdxlTurboOptions, 'engines' | 'ranges'>, weights: DiffusersWeights): EngineRanges {
  return forEngines(narrowedRanges(visionRanges('stable-diffusion-xl-turbo', nativeSize(weights)), ranges), engines);
}
