import type { RequestOf } from '@vision-sdk/core';
import { type ImageToImage, type Inpaint, type TextToImage, type Uncrop, uncropPadding } from '@vision-sdk/core/synapses';
import {
  type AskedSize,
  type DiffusionRanges,
  modelValues,
  pictureSize,
  type RunHooks,
  type Size,
  splitPrompts,
} from '@vision-sdk/diffusion';
import { decodeBase64Image, type Raster } from '@vision-sdk/image';
import { blendImage, repaintImage } from './image-to-image.ts';
import { inpaint } from './inpaint.ts';
import type { KandinskyOptions } from './options.ts';
import type { KandinskyParts } from './parts.ts';
import { type PaintOptions, textToImage } from './text-to-image.ts';
import { uncrop } from './uncrop.ts';

/** What decides beside a request. */
export interface Settings extends Pick<KandinskyOptions, 'imageToImage' | 'priorSteps' | 'priorGuidance' | 'negativePrefix' | 'maxPixels'> {
  readonly ranges: DiffusionRanges;
}

/** What the requests of all operations have. */
type Asked = Pick<RequestOf<typeof Uncrop>, 'text_prompts' | 'cfg_scale' | 'steps' | 'seed'>;

/** Answers requests of Vision's operations with pictures. */
export function answers(settings: Settings) {
  const { ranges, priorSteps, priorGuidance, negativePrefix, maxPixels } = settings;
  const decode = (image: string) => decodeBase64Image(image, { caps: { maxPixels } });
  const sizeOf = (asked: AskedSize, picture?: Raster): Size => pictureSize(asked, { ranges, picture });

  const paintOptions = (request: Asked): Omit<PaintOptions, keyof Size> => ({
    ...splitPrompts(request.text_prompts, { negativePrefix }),
    ...modelValues(request, ranges),
    prior: { steps: priorSteps, guidance: priorGuidance },
    seed: request.seed,
  });

  return {
    textToImage: (parts: KandinskyParts, request: RequestOf<typeof TextToImage>, hooks: RunHooks) =>
      textToImage(parts, { ...paintOptions(request), ...sizeOf(request) }, hooks),

    async imageToImage(parts: KandinskyParts, request: RequestOf<typeof ImageToImage>, hooks: RunHooks) {
      const image = await decode(request.init_image);
      const options = { ...paintOptions(request), ...sizeOf(request, image), image, strength: 1 - request.image_strength };
      return settings.imageToImage === 'latents' ? repaintImage(parts, options, hooks) : blendImage(parts, options, hooks);
    },

    async inpaint(parts: KandinskyParts, request: RequestOf<typeof Inpaint>, hooks: RunHooks) {
      const [image, mask] = [await decode(request.init_image), await decode(request.mask_image!)];
      return inpaint(parts, { ...paintOptions(request), ...sizeOf({}, image), image, mask }, hooks);
    },

    async uncrop(parts: KandinskyParts, request: RequestOf<typeof Uncrop>, hooks: RunHooks) {
      const image = await decode(request.init_image);
      const { aspect_ratio, feather } = request;
      const place = { padding: uncropPadding(request), aspectRatio: aspect_ratio ?? undefined, feather };
      return uncrop(parts, { ...paintOptions(request), ...place, image, maxPixels: ranges.side.most ** 2 }, hooks);
    },
  };
}
