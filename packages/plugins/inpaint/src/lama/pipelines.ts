import type { Pipeline } from '@vision-sdk/core';
import { Inpaint, type Uncrop } from '@vision-sdk/core/synapses';
import {
  acceptsInpaint,
  acceptsUncrop,
  canvasOptions,
  type DiffusionRanges,
  extendCanvas,
  forEngines,
  inpaintPipeline,
  keepOriginal,
  planCanvas,
  sampleDiffusion,
  toImageResponse,
  uncropPipeline,
} from '@vision-sdk/diffusion';
import { decodeBase64Image } from '@vision-sdk/image';
import type { LamaOptions } from '../options.ts';
import type { LamaNetwork } from './network.ts';
import { repair } from './repair.ts';

const CAPABILITIES = { deterministic: true, cancellable: true, progress: true };
/** It takes one step and no guidance; a request may say what it likes. */
const ANY = { steps: { least: 1, most: 1000 }, guidance: { least: -1000, most: 1000 } };
const ONE = { steps: { least: 1, most: 1 }, guidance: { least: 1, most: 1 } };
const SIDES = { least: 256, most: 768, multipleOf: 32 };

/** What decides beside a request. */
export type LamaSettings = Pick<LamaOptions, 'engines' | 'padding'> & { readonly maxPixels: number };

function rangesOf({ engines }: LamaSettings, values: Pick<DiffusionRanges, 'steps' | 'guidance'>) {
  // Pictures of any size suit it: the padding that nobody said is that of the largest.
  const sizes = { side: SIDES, defaultSide: 1024, sampledSide: SIDES, sampledStrength: { least: 0, most: 0 } };
  return forEngines({ engine: 'lama', ...values, ...sizes }, engines);
}

/** Vision's Inpaint without words: the answer has the size of the picture, and every pixel outside of the mask. */
export function lamaInpaintPipeline(settings: LamaSettings): Pipeline<typeof Inpaint, LamaNetwork> {
  const { maxPixels, padding } = settings;
  return {
    ...inpaintPipeline({ ranges: rangesOf(settings, ANY), maxPixels, keepRest: true }),
    accepts: acceptsInpaint(rangesOf(settings, ANY), { prompts: false }),
    capabilities: CAPABILITIES,
    sample: (context) => sampleDiffusion(Inpaint, { engines: rangesOf(settings, ONE) }, context),
    async run(network, request, { signal, onStep }) {
      signal.throwIfAborted();
      const image = await decodeBase64Image(request.init_image, { caps: { maxPixels } });
      const mask = await decodeBase64Image(request.mask_image!, { caps: { maxPixels } });
      const repaired = await repair(network, { image, mask, padding }, signal);
      onStep(1, 1);
      return toImageResponse([repaired]);
    },
  };
}

/** Uncrop without words. */
export function lamaUncropPipeline(settings: LamaSettings): Pipeline<typeof Uncrop, LamaNetwork> {
  const { maxPixels } = settings;
  return {
    ...uncropPipeline({ ranges: rangesOf(settings, ONE), maxPixels }),
    ...{ accepts: acceptsUncrop(rangesOf(settings, ANY), maxPixels), capabilities: CAPABILITIES },
    async run(network, request, { signal, onStep }) {
      signal.throwIfAborted();
      const picture = await decodeBase64Image(request.init_image, { caps: { maxPixels } });
      const canvas = planCanvas(picture, canvasOptions(request));
      // The mask reaches the edges: with this padding the network sees the whole canvas.
      const padding = Math.max(canvas.width, canvas.height);
      const painted = await repair(network, { ...extendCanvas(picture, canvas), padding }, signal);
      onStep(1, 1);
      return toImageResponse([keepOriginal(painted, picture, { canvas, feather: request.feather })]);
    },
  };
}
