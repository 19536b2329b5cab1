import { type Pipeline, type RequestInput, type RequestOf, randomInteger, type SampleContext, type Schema } from '@vision-sdk/core';
import { Uncrop, uncropPadding } from '@vision-sdk/core/synapses';
import type { Size } from '../images/masks.ts';
import { acceptsDiffusion } from '../requests/accepts.ts';
import type { DiffusionRanges, SideRange } from '../requests/ranges.ts';
import { toImageResponse } from '../requests/responses.ts';
import { sampleDiffusion } from '../requests/sample.ts';
import type { StableDiffusion } from '../stable/stable-diffusion.ts';
import { type CanvasOptions, planCanvas } from './canvas.ts';
import { largestSides } from './largest-side.ts';
import { capabilitiesOf, decodePicture, paintOptions, type RepaintSettings } from './serving.ts';
import { uncrop } from './uncrop.ts';

type Request = RequestOf<typeof Uncrop>;

/** What the padding depends on where a request says nothing of it. */
export interface CanvasSizes {
  readonly picture: Size;
  /** The side that the model works at. */
  readonly defaultSide: number;
}

/** What a request says of the canvas. A padding that it leaves to the model suits Vision's models where no sizes are given. */
export function canvasOptions(request: Request, sizes?: CanvasSizes): CanvasOptions {
  const side = sizes && Math.max(sizes.defaultSide, Math.sqrt(sizes.picture.width * sizes.picture.height));
  return { padding: uncropPadding(request, side), aspectRatio: request.aspect_ratio ?? undefined };
}

/** Requests for Uncrop within a model's ranges whose results are not too large, seen from the headers of their pictures alone. They need no prompt. */
export function acceptsUncrop(ranges: readonly DiffusionRanges[], maxPixels: number): Schema<unknown, Request> {
  const capped = Uncrop.request.superRefine((request, context) => {
    const message = nothingToAdd(request);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });
  return acceptsDiffusion({ ...Uncrop, request: capped }, ranges, {
    prompts: false,
    pictureSize: (picture, request) =>
      tooLarge(request, { picture, defaultSide: ranges[0]?.defaultSide ?? Number.POSITIVE_INFINITY }, maxPixels),
  });
}

function nothingToAdd(request: Request): string | undefined {
  const { padding, aspectRatio } = canvasOptions(request);
  const adds = aspectRatio !== undefined || Object.values(padding).some((side) => side > 0);
  return adds ? undefined : 'Give a side to extend, or an aspect ratio';
}

/** Why a result would be too large. */
function tooLarge(request: Request, sizes: CanvasSizes, maxPixels: number): string | undefined {
  const { width, height } = planCanvas(sizes.picture, canvasOptions(request, sizes)).result;
  return width * height > maxPixels ? `The result would have ${width} x ${height} pixels. The most is ${maxPixels} pixels` : undefined;
}

/** Uncrop on a model with an encoder. */
export function uncropPipeline(settings: RepaintSettings): Pipeline<typeof Uncrop, StableDiffusion> {
  const { ranges, maxPixels } = settings;
  const {
    defaultSide,
    side: { multipleOf: multiple, most },
  } = ranges[0];
  return {
    synapse: Uncrop,
    accepts: acceptsUncrop(ranges, maxPixels),
    sides: (request, picture) =>
      largestSides(picture, (size) => tooLarge(request, { picture: size, defaultSide }, maxPixels) === undefined),
    capabilities: capabilitiesOf(settings),
    sample: (context) => sample(settings, context),
    async run(sd, request, context) {
      context.signal.throwIfAborted();
      const image = await decodePicture(request.init_image, settings);
      const place = {
        ...canvasOptions(request, { picture: image, defaultSide }),
        multiple,
        maxPixels: most ** 2,
        feather: request.feather,
      };
      return toImageResponse(await uncrop(sd, { ...paintOptions(request, settings), ...place, image }, context));
    },
  };
}

/** Pictures with up to a quarter more on every side, and at least a little on one. */
async function sample({ ranges, maxPixels }: RepaintSettings, context: SampleContext): Promise<RequestInput<typeof Uncrop>> {
  const [range] = ranges;
  const sampledSide = withRoom(range.sampledSide, maxPixels);
  const request = await sampleDiffusion(Uncrop, { engines: [{ ...range, sampledSide }] }, context);
  const most = Math.floor(sampledSide.least / 4);
  const [left, right, top, bottom] = Array.from({ length: 4 }, () => randomInteger(context.random, 0, most + 1));
  return { ...request, pad_left: left, pad_right: right, pad_top: top, pad_bottom: bottom === 0 ? most : bottom };
}

/** Sides of pictures that may become half as large again and are not too large even then. */
function withRoom({ least, most, multipleOf }: SideRange, maxPixels: number): SideRange {
  const room = Math.max(1, Math.floor(Math.sqrt(maxPixels) / 1.5));
  return { least: Math.min(least, room), most: Math.min(most, room), multipleOf };
}
