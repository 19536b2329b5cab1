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
  type Size,
  splitPrompts,
  toImageResponse,
} from '@vision-sdk/diffusion';
import { decodeBase64Image } from '@vision-sdk/image';
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
  const { size, controls } = await controlsOf(nets, { request, context, options, ranges });
  const { seed, guess_mode: guessMode } = request;
  const asked = { ...splitPrompts(request.text_prompts, options), ...size, ...modelValues(request, ranges), seed, guessMode };
  return toImageResponse(await controlled(sd, { ...asked, controls }, context));
}

/** The size of the result, which the first picture decides where the request does not, and the controls. One after the other: each picture may be large, its map is not. */
async function controlsOf(nets: ControlledDiffusion['nets'], { request, context, options, ranges }: Generation) {
  const controls: Control[] = [];
  let size: Size | undefined;
  for (const asked of request.controls) {
    context.signal.throwIfAborted();
    const picture = await decodeBase64Image(asked.image, { caps: { maxPixels: options.maxPixels } });
    size ??= pictureSize(request, { ranges, picture });
    const { conditioning_scale: scale, guidance_start: from, guidance_end: to } = asked;
    controls.push({ ...netOf(nets, asked), image: controlMap(picture, asked, { size, options }), scale, from, to });
  }
  return { size: size!, controls };
}

function netOf(nets: ControlledDiffusion['nets'], { type }: Pick<AskedControl, 'type'>) {
  const net = nets[componentOf(type)];
  if (net === undefined) throw diffusionErrors('BAD_CONTROL', { problem: `there is no ControlNet for ${type}` });
  return net;
}
