import {
  type DiffusersWeights,
  type DiffusionRanges,
  nativeSize,
  VISION_ENGINES,
  type VisionEngine,
  visionRanges,
} from '@vision-sdk/diffusion';
import type { InpaintOptions } from './options.ts';

const USUAL: VisionEngine = 'stable-diffusion-1.5';

/** What each of the model's engines may be asked for: Vision's ranges of that name or of Stable Diffusion 1.5, scaled to the weights, and what the options say otherwise. */
export function rangesOf(
  { engines, steps, guidance }: Pick<InpaintOptions, 'engines' | 'steps' | 'guidance'>,
  weights: DiffusersWeights,
): readonly [DiffusionRanges, ...DiffusionRanges[]] {
  const native = nativeSize(weights);
  // Sizes are the weights' own, whatever a request calls them.
  const { side, sampledSide, defaultSide } = visionRanges(USUAL, native);
  const ranges = engines.map((engine) => ({
    ...visionRanges(VISION_ENGINES.find((name) => name === engine) ?? USUAL, native),
    ...{ engine, side, sampledSide, defaultSide },
    ...(steps === undefined ? {} : { steps: { least: steps[0], most: steps[1] } }),
    ...(guidance === undefined ? {} : { guidance: { least: guidance[0], most: guidance[1] } }),
  }));
  return ranges as [DiffusionRanges, ...DiffusionRanges[]];
}
