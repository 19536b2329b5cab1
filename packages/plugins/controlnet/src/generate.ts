import type { RequestOf, RunContext } from '@vision-sdk/core';
import type { ControlledTextToImage } from '@vision-sdk/core/synapses';
import {
  type Control,
  type ControlledDiffusion,
  controlled,
  type DiffusionRanges,
  diffusionErrors,
  type ImageResponse,
  modelValues,
  pictureSize,
  splitPrompts,
  toImageResponse,
} from '@vision-sdk/diffusion';
import { decodeBase64Image, type Raster } from '@vision-sdk/image';
import { componentOf } from './component-name.ts';
import { type AskedControl, controlMap } from './control-maps.ts';
import type { ControlnetOptions } from './options.ts';

/** A request with what decides beside it. */
export interface Generation {
  readonly request: RequestOf<typeof ControlledTextToImage>;
  readonly context: RunContext<typeof ControlledTextToImage>;
  readonly options: Pick<ControlnetOptions, 'negativePrefix' | 'maxPixels' | 'canny'>;
  readonly ranges: DiffusionRanges;
}

/** Answers a request. Throws `VISION_IMAGE_*` for what is no picture, and `VISION_DIFFUSION_BAD_CONTROL` for types without a ControlNet. */
export async function generate(
  { sd, nets }: ControlledDiffusion,
  { request, context, options, ranges }: Generation,
): Promise<ImageResponse> {
  const pictures = await picturesOf(request.controls, options, context.signal);
  const size = pictureSize(request, { ranges, picture: pictures[0] });
  const controls = request.controls.map((asked, i): Control => {
    const { conditioning_scale: scale, guidance_start: from, guidance_end: to } = asked;
    return { ...netOf(nets, asked), image: controlMap(pictures[i]!, asked, { size, options }), scale, from, to };
  });
  const { seed, guess_mode: guessMode } = request;
  const asked = { ...splitPrompts(request.text_prompts, options), ...size, ...modelValues(request, ranges), seed, guessMode };
  return toImageResponse(await controlled(sd, { ...asked, controls }, context));
}

/** One after the other: each may be large. */
async function picturesOf(
  controls: readonly AskedControl[],
  { maxPixels }: Pick<ControlnetOptions, 'maxPixels'>,
  signal: AbortSignal,
): Promise<readonly Raster[]> {
  const pictures: Raster[] = [];
  for (const { image } of controls) {
    signal.throwIfAborted();
    pictures.push(await decodeBase64Image(image, { caps: { maxPixels } }));
  }
  return pictures;
}

function netOf(nets: ControlledDiffusion['nets'], { type }: Pick<AskedControl, 'type'>) {
  const net = nets[componentOf(type)];
  if (net === undefined) throw diffusionErrors('BAD_CONTROL', { problem: `there is no ControlNet for ${type}` });
  return net;
}
