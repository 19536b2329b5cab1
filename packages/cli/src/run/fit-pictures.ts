import type { PictureSides } from '@vision-sdk/core';
import { type Box, decodeBase64Image, encodePngBase64, type ImageHeader, inspectBase64Image, resize } from '@vision-sdk/image';

/** A person's own pictures may be as large as cameras make them. */
const CAPS = { maxBytes: 2 ** 28, maxPixels: 2 ** 28 };

type Size = Pick<ImageHeader, 'width' | 'height'>;

/** A request whose pictures have sizes that a model works at. */
export interface Fitted<Request> {
  readonly request: Request;
  /** What was done, for the user; undefined where nothing was. */
  readonly note: string | undefined;
}

/**
 * Brings the pictures of a request to sizes that a model works at: in proportion, and cut around the middle where their proportions do not fit. A mask is
 * treated as the picture below it. What is no picture stays as it is, for the model to refuse.
 */
export async function fitPictures<Request>(request: Request, sides: PictureSides | undefined, model: string): Promise<Fitted<Request>> {
  const { init_image: image, mask_image: mask, controls } = request as Readonly<Record<string, unknown>>;
  if (sides === undefined) return { request, note: undefined };
  const fitting = await planOf(image ?? (controls as { image: unknown }[] | undefined)?.[0]?.image, sides);
  if (fitting === undefined) return { request, note: undefined };
  const fit = (picture: unknown) => (typeof picture === 'string' ? fitted(picture, fitting) : picture);
  const changed = {
    ...(image === undefined ? {} : { init_image: await fit(image) }),
    ...(typeof mask === 'string' ? { mask_image: await fit(mask) } : {}),
    ...(Array.isArray(controls)
      ? { controls: await Promise.all(controls.map(async (one) => ({ ...one, image: await fit(one.image) }))) }
      : {}),
  };
  return { request: { ...request, ...changed }, note: noteOf(fitting, model) };
}

/** From the part of a picture to its new size; the part in shares of the picture, so that it fits a mask of another size. */
interface Fitting {
  readonly from: Size;
  readonly to: Size;
  readonly part: Size;
}

async function planOf(base64: unknown, sides: PictureSides): Promise<Fitting | undefined> {
  if (typeof base64 !== 'string') return undefined;
  const from = await inspectBase64Image(base64, { caps: CAPS }).catch(() => undefined);
  if (from === undefined || (isWithin(from.width, sides) && isWithin(from.height, sides))) return undefined;
  const to = sizeFor(from, sides);
  const scale = Math.max(to.width / from.width, to.height / from.height);
  return { from, to, part: { width: to.width / (from.width * scale), height: to.height / (from.height * scale) } };
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

async function fitted(base64: string, { to, part }: Fitting): Promise<string> {
  const picture = await decodeBase64Image(base64, { caps: CAPS });
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
