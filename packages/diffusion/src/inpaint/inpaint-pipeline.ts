import type { Pipeline, RequestOf, Schema } from '@vision-sdk/core';
import { Inpaint } from '@vision-sdk/core/synapses';
import { z } from 'zod';
import type { Size } from '../images/masks.ts';
import { acceptsDiffusion } from '../requests/accepts.ts';
import { pictureSize } from '../requests/picture-size.ts';
import type { DiffusionRanges } from '../requests/ranges.ts';
import { toImageResponse } from '../requests/responses.ts';
import { sampleDiffusion } from '../requests/sample.ts';
import type { StableDiffusion } from '../stable/stable-diffusion.ts';
import { inpaint } from './inpaint.ts';
import { largestSides } from './largest-side.ts';
import { capabilitiesOf, decodePicture, paintOptions, type RepaintSettings } from './serving.ts';

/** What decides beside a request how a picture is repaired. */
export interface InpaintSettings extends RepaintSettings {
  readonly paddingCrop?: number | undefined;
  readonly keepRest?: boolean | undefined;
}

/** Vision's Inpaint with a mask, which its operation lets be left out. */
const MaskedInpaint = {
  ...Inpaint,
  request: Inpaint.request.extend({ mask_image: z.string('Mask image cannot be empty').min(1) }),
};

/** Requests for Vision's Inpaint within some ranges, in Vision's words. A mask must be there, and a prompt unless the model takes none. */
export function acceptsInpaint(
  ranges: readonly DiffusionRanges[],
  options: { readonly prompts?: boolean } = {},
): Schema<unknown, RequestOf<typeof Inpaint>> {
  return acceptsDiffusion(MaskedInpaint, ranges, options);
}

/** Vision's Inpaint on a model with an encoder. The result has the size that Vision gives pictures, or the picture's own where the rest of it is kept. */
export function inpaintPipeline(settings: InpaintSettings): Pipeline<typeof Inpaint, StableDiffusion> {
  const { ranges, paddingCrop, keepRest } = settings;
  return {
    synapse: Inpaint,
    accepts: acceptsInpaint(ranges),
    sides: keepsSize(settings) ? (_request, picture) => largestSides(picture, isWithin(settings)) : ranges[0].side,
    capabilities: capabilitiesOf(settings),
    sample: (context) => sampleDiffusion(Inpaint, { engines: ranges.slice(0, 1) }, context),
    async run(sd, request, context) {
      context.signal.throwIfAborted();
      const image = await decodePicture(request.init_image, settings);
      const mask = await decodePicture(request.mask_image!, settings);
      const size = pictureSize({}, { ranges: ranges[0], picture: image });
      const options = { ...paintOptions(request, settings), ...size, image, mask, paddingCrop, keepRest };
      return toImageResponse(await inpaint(sd, options, context));
    },
  };
}

/** True where the rest of the picture is kept: then any picture does that is not refused. */
function keepsSize({ keepRest, paddingCrop }: InpaintSettings): boolean {
  return keepRest === true || paddingCrop !== undefined;
}

function isWithin({ maxPixels }: InpaintSettings) {
  return ({ width, height }: Size) => width * height <= maxPixels;
}
