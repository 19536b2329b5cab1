import type { AnyPipeline, PictureSides } from '@vision-sdk/core';
import { type Box, decodeBase64Image, encodePngBase64, type ImageHeader, inspectBase64Image, resize } from '@vision-sdk/image';
import { CAMERA_CAPS } from './camera-caps.ts';

type Size = Pick<ImageHeader, 'width' | 'height'>;

/** A request whose pictures have sizes that a model works at. */
export interface Fitted<Request> {
  readonly request: Request;
  /** What was done, for the user; undefined where nothing was. */
  readonly note: string | undefined;
}

/** What a pipeline says of the sides of its pictures. */
export type Sides = AnyPipeline['sides'];

/**
 * Brings the pictures of a request to sizes that a model works at: in proportion, and cut around the middle where their proportions do not fit. A mask is
 * treated as the picture below it, and made smaller where it is larger than that. What is no picture stays as it is, for the model to refuse.
 */
export async function fitPictures<Request>(request: Request, sides: Sides, model: string): Promise<Fitted<Request>> {
  const { init_image: image, mask_image: mask, controls } = request as Readonly<Record<string, unknown>>;
  const size = await sizeOf(image ?? (controls as { image: unknown }[] | undefined)?.[0]?.image);
  if (size === undefined) return { request, note: undefined };
  const fitting = planOf(size, typeof sides === 'function' ? sides(request, size) : sides);
  const fit = (picture: unknown) => (fitting !== undefined && typeof picture === 'string' ? fitted(picture, fitting) : picture);
  const changed = {
    ...(image === undefined ? {} : { init_image: await fit(image) }),
    ...(mask === undefined ? {} : { mask_image: await fittedMask(mask, size, fitting) }),
    ...(Array.isArray(controls)
      ? { controls: await Promise.all(controls.map(async (one) => ({ ...one, image: await fit(one.image) }))) }
      : {}),
  };
  return { request: { ...request, ...changed }, note: fitting && noteOf(fitting, model) };
}

/** From the part of a picture to its new size; the part in shares of the picture, so that it fits a mask of another size. */
interface Fitting {
  readonly from: Size;
  readonly to: Size;
  readonly part: Size;
}

async function sizeOf(base64: unknown): Promise<Size | undefined> {
  return typeof base64 === 'string' ? inspectBase64Image(base64, { caps: CAMERA_CAPS }).catch(() => undefined) : undefined;
}

function planOf(from: Size, sides: PictureSides | undefined): Fitting | undefined {
  if (sides === undefined || (isWithin(from.width, sides) && isWithin(from.height, sides))) return undefined;
  const to = sizeFor(from, sides);
  const scale = Math.max(to.width / from.width, to.height / from.height);
  return { from, to, part: { width: to.width / (from.width * scale), height: to.height / (from.height * scale) } };
}

const WHOLE: Size = { width: 1, height: 1 };

/** Models stretch a mask over its picture, but refuse one that is larger than any picture they take. */
async function fittedMask(mask: unknown, picture: Size, fitting: Fitting | undefined): Promise<unknown> {
  const own = await sizeOf(mask);
  const isLarger = own !== undefined && (own.width > picture.width || own.height > picture.height);
  if (typeof mask !== 'string' || own === undefined || (fitting === undefined && !isLarger)) return mask;
  return fitted(mask, fitting ?? { to: picture, part: WHOLE });
}

function isWithin(side: number, { least, most }: PictureSides): boolean {
  return side >= least && side <= most;
}

function sizeFor({ width, height }: Size, { least, most, multipleOf }: PictureSides): Size {
  const [longest, shortest] = [Math.max(width, height), Math.min(width, height)];
  const scale = Math.min(Math.max(1, least / shortest), most / longest);
  const sideOf = (side: number) => Math.min(Math.max(Math.round((side * scale) / multipleOf) * multipleOf, least), most);
  return { width: sideOf(width), height: sideOf(height) };
}

async function fitted(base64: string, { to, part }: Pick<Fitting, 'to' | 'part'>): Promise<string> {
  const picture = await decodeBase64Image(base64, { caps: CAMERA_CAPS });
  const [left, top] = [(picture.width * (1 - part.width)) / 2, (picture.height * (1 - part.height)) / 2];
  const box: Box = [
    Math.max(0, left),
    Math.max(0, top),
    Math.min(picture.width, picture.width - left),
    Math.min(picture.height, picture.height - top),
  ];
  return encodePngBase64(resize(picture, { ...to, filter: 'lanczos', box, reducingGap: 3 }));
}

/** Less than this of a side is cut where sides are rounded to multiples; nobody has to be told. */
const UNNOTICED = 0.97;

function noteOf({ from, to, part }: Fitting, model: string): string {
  const cut = Math.min(part.width, part.height) < UNNOTICED ? ', cut around its middle' : '';
  const change = to.width * to.height < from.width * from.height ? 'made smaller' : 'made larger';
  return `${model} works at ${to.width}x${to.height} pixels: the picture of ${from.width}x${from.height} was ${change}${cut}.`;
}
