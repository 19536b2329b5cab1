import {
  type DiffusersWeights,
  type DiffusionRanges,
  narrowedRanges,
  nativeSize,
  VISION_ENGINES,
  type VisionEngine,
  visionRanges,
} from '@vision-sdk/diffusion';
import type { InpaintOptions } from './options.ts';

const USUAL: VisionEngine = 'stable-diffusion-1.5';

/** What each of the model's engines may be asked for: Vision's ranges of that name or of Stable Diffusion 1.5, at the weights' own sizes, and what the options say otherwise. */
export function rangesOf(
  { engines, ranges }: Pick<InpaintOptions, 'engines' | 'ranges'>,
  weights: DiffusersWeights,
): [DiffusionRanges, ...DiffusionRanges[]] {
  const native = nativeSize(weights);
  const { side, sampledSide, defaultSide } = visionRanges(USUAL, native);
  const [first, ...others] = engines.map((engine) => {
    const vision = visionRanges(VISION_ENGINES.find((name) => name === engine) ?? USUAL, native);
    return narrowedRanges({ ...vision, engine, side, sampledSide, defaultSide }, ranges);
  });
  return [first!, ...others];
}
