import type { Pipeline } from '@vision-sdk/core';
import { ImageToImage, type Inpaint, TextToImage, type Uncrop } from '@vision-sdk/core/synapses';
import {
  type AskedSize,
  type AskedValues,
  acceptsDiffusion,
  canvasOptions,
  inpaintPipeline,
  modelValues,
  pictureSize,
  type RepaintSettings,
  type RunHooks,
  repaintStrength,
  type Size,
  sampleDiffusion,
  splitPrompts,
  type TextPrompt,
  toImageResponse,
  uncropPipeline,
} from '@vision-sdk/diffusion';
import { decodeBase64Image, type RgbRaster } from '@vision-sdk/image';
import { blendImage, repaintImage } from './image-to-image.ts';
import { inpaint } from './inpaint.ts';
import type { Kandinsky } from './load.ts';
import type { KandinskyOptions } from './options.ts';
import type { PaintOptions } from './text-to-image.ts';
import { textToImage } from './text-to-image.ts';
import { uncrop } from './uncrop.ts';

/** What decides beside a request. */
export interface Settings
  extends Pick<KandinskyOptions, 'imageToImage' | 'keepRest' | 'maxPixels' | 'negativePrefix' | 'prior'>,
    Pick<RepaintSettings, 'ranges' | 'deterministic'> {
  readonly negativePrefix: string;
}

/** What the requests of all operations have. */
interface Asked extends AskedValues {
  readonly text_prompts: readonly TextPrompt[];
  readonly seed: number;
}

const CAPABILITIES = { deterministic: true, cancellable: true, progress: true };

/** Vision's TextToImage. */
export function textToImagePipeline(settings: Settings): Pipeline<typeof TextToImage, Kandinsky> {
  const { ranges } = settings;
  return {
    synapse: TextToImage,
    accepts: acceptsDiffusion(TextToImage, ranges),
    capabilities: CAPABILITIES,
    sample: (context) => sampleDiffusion(TextToImage, { engines: ranges }, context),
    run: async (kandinsky, request, context) =>
      toImageResponse(await textToImage(kandinsky, { ...paintOptions(request, settings), ...sizeOf(request, settings) }, context)),
  };
}

/** Vision's ImageToImage, by blending embeddings or from the picture's latents. */
export function imageToImagePipeline(settings: Settings): Pipeline<typeof ImageToImage, Kandinsky> {
  const { ranges } = settings;
  const deterministic = settings.imageToImage === 'blend' || settings.deterministic !== false;
  return {
    synapse: ImageToImage,
    accepts: acceptsDiffusion(ImageToImage, ranges),
    sides: ranges[0].side,
    capabilities: { ...CAPABILITIES, deterministic },
    sample: (context) => sampleDiffusion(ImageToImage, { engines: ranges }, context),
    async run(kandinsky, request, context) {
      const image = await pictureOf(request.init_image, settings, context);
      const painting = { ...paintOptions(request, settings), ...sizeOf(request, settings, image) };
      const { image_strength: kept } = request;
      if (settings.imageToImage === 'blend')
        return toImageResponse(await blendImage(kandinsky, { ...painting, image, strength: 1 - kept }, context));
      const strength = repaintStrength(kept, painting.steps);
      return toImageResponse(await repaintImage(kandinsky, { ...painting, image, strength }, context));
    },
  };
}

/** Vision's Inpaint. */
export function kandinskyInpaintPipeline(settings: Settings): Pipeline<typeof Inpaint, Kandinsky> {
  return {
    ...inpaintPipeline(settings),
    async run(kandinsky, request, context) {
      const image = await pictureOf(request.init_image, settings, context);
      const mask = await pictureOf(request.mask_image!, settings, context);
      const painting = { ...paintOptions(request, settings), ...sizeOf({}, settings, image) };
      return toImageResponse(await inpaint(kandinsky, { ...painting, image, mask, keepRest: settings.keepRest }, context));
    },
  };
}

/** Uncrop. */
export function kandinskyUncropPipeline(settings: Settings): Pipeline<typeof Uncrop, Kandinsky> {
  const {
    defaultSide,
    side: { most },
  } = settings.ranges[0];
  return {
    ...uncropPipeline(settings),
    async run(kandinsky, request, context) {
      const image = await pictureOf(request.init_image, settings, context);
      const place = { ...canvasOptions(request, { picture: image, defaultSide }), feather: request.feather, maxPixels: most ** 2 };
      return toImageResponse(await uncrop(kandinsky, { ...paintOptions(request, settings), ...place, image }, context));
    },
  };
}

function paintOptions(request: Asked, { ranges, negativePrefix, prior }: Settings): Omit<PaintOptions, keyof Size> {
  return { ...splitPrompts(request.text_prompts, { negativePrefix }), ...modelValues(request, ranges[0]), prior, seed: request.seed };
}

function sizeOf(asked: AskedSize, { ranges }: Settings, picture?: RgbRaster): Size {
  return pictureSize(asked, { ranges: ranges[0], picture });
}

function pictureOf(base64: string, { maxPixels }: Settings, { signal }: RunHooks): Promise<RgbRaster> {
  signal?.throwIfAborted();
  return decodeBase64Image(base64, { caps: { maxPixels } });
}
