import type { Capabilities } from '@vision-sdk/core';
import { decodeBase64Image, type RgbRaster } from '@vision-sdk/image';
import { modelValues } from '../requests/model-values.ts';
import { splitPrompts, type TextPrompt } from '../requests/prompts.ts';
import type { DiffusionRanges } from '../requests/ranges.ts';
import type { InpaintOptions } from './inpaint.ts';

/** What decides beside a request how pictures are painted anew. */
export interface RepaintSettings extends Pick<InpaintOptions, 'strength'> {
  /** What each of the model's engines may be asked for; sizes are those of the first. */
  readonly ranges: readonly [DiffusionRanges, ...DiffusionRanges[]];
  /** Put before every negative prompt. */
  readonly negativePrefix?: string | undefined;
  /** Pictures with more pixels, given or made, are refused. */
  readonly maxPixels: number;
  /** False for encoders that draw random numbers of their own. */
  readonly deterministic?: boolean | undefined;
}

/** What the requests of both operations have. */
interface Asked {
  readonly text_prompts: readonly TextPrompt[];
  readonly steps: number | null;
  readonly cfg_scale: number | null;
  readonly seed: number;
}

/** The part of a request that says what to paint and how. */
export function paintOptions(request: Asked, { ranges, negativePrefix = '', strength }: RepaintSettings) {
  const { steps, guidance } = modelValues(request, ranges[0]);
  return { ...splitPrompts(request.text_prompts, { negativePrefix }), steps, guidance, seed: request.seed, strength };
}

/** A picture of a request. Throws `VISION_IMAGE_*` for what is none, and for one that is too large before it is decoded. */
export function decodePicture(base64: string, { maxPixels }: RepaintSettings): Promise<RgbRaster> {
  return decodeBase64Image(base64, { caps: { maxPixels } });
}

/** What such a pipeline promises. */
export function capabilitiesOf({ deterministic = true }: RepaintSettings): Capabilities {
  return { deterministic, cancellable: true, progress: true };
}
