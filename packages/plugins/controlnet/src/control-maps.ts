import type { RequestOf } from '@vision-sdk/core';
import type { ControlledTextToImage } from '@vision-sdk/core/synapses';
import { canny, invertedLines, type Size, scribbleLines, softEdge } from '@vision-sdk/diffusion';
import { type Raster, resize } from '@vision-sdk/image';
import type { ControlnetOptions, ControlType } from './options.ts';

/** A control of a request. */
export type AskedControl = RequestOf<typeof ControlledTextToImage>['controls'][number];

type Preprocessor = (picture: Raster, options: Pick<ControlnetOptions, 'canny'>) => Raster;

/** How a map is made of a photograph or a drawing. Depth and poses need networks of their own. */
const PREPROCESSORS: Readonly<Partial<Record<ControlType, Preprocessor>>> = {
  canny: (picture, options) => canny(picture, options.canny),
  scribble: scribbleLines,
  soft_edge: softEdge,
  lines: invertedLines,
};

/** True for types of which a map can be made. */
export function isPreprocessed(type: ControlType): boolean {
  return PREPROCESSORS[type] !== undefined;
}

/** The map that a control's picture is, or that is made of it, at the size of the result. */
export function controlMap(
  picture: Raster,
  { type, preprocess }: Pick<AskedControl, 'type' | 'preprocess'>,
  { size, options }: MapContext,
): Raster {
  const fits = picture.width === size.width && picture.height === size.height;
  const sized = fits ? picture : resize(picture, { width: size.width, height: size.height, filter: 'lanczos' });
  return preprocess ? (PREPROCESSORS[type]?.(sized, options) ?? sized) : sized;
}

/** What maps are made for. */
export interface MapContext {
  readonly size: Size;
  readonly options: Pick<ControlnetOptions, 'canny'>;
}
