import type { AnySynapse } from '@vision-sdk/core';
import { ClipEmbeddings } from '@vision-sdk/core/synapses';
import { decodeImage, encodePngBase64, type Raster } from '@vision-sdk/image';
import { fail } from '../errors.ts';
import { picturesOf, refuseError } from '../run/pictures.ts';
import { kebabCase } from '../run/synapse-name.ts';
import { part } from './inputs.ts';
import type { Photo } from './photo.ts';
import type { Wish } from './wishes.ts';

const MOST_LIKENESSES = 5;
/** The face in the halved photograph: left, top and side. */
const FACE = { left: 88, top: 32, side: 48 };

/** Sends a request to the subnet, as a user does, and gives the response. */
export type Order = (synapse: AnySynapse, request: Readonly<Record<string, unknown>>) => Promise<unknown>;

/** Something for the contact sheet. */
export type Exhibit = PictureOfWords | ChangedPicture | Likenesses;

/** Words became a picture. */
export interface PictureOfWords {
  readonly kind: 'words';
  readonly operation: string;
  /** What was asked for, as it stands under the picture. */
  readonly prompt: string;
  readonly picture: Raster;
}

/** A picture became another one. */
export interface ChangedPicture {
  readonly kind: 'change';
  readonly operation: string;
  readonly prompt: string;
  /** What was given, as one looks at it. */
  readonly before: Raster;
  readonly picture: Raster;
}

/** Pictures by how much they are like another one. */
export interface Likenesses {
  readonly kind: 'likenesses';
  readonly operation: string;
  readonly picture: Raster;
  /** Most alike first; `likeness` is the cosine of the embeddings, -1 to 1. */
  readonly others: readonly { readonly picture: Raster; readonly likeness: number }[];
}

/** Orders what a wish is for. Throws RESPONSE_EMPTY and what `order` throws. */
export async function granted(wish: Wish, order: Order, pictures: ReadonlyMap<string, Raster>): Promise<PictureOfWords | ChangedPicture> {
  const { fields, shown } = await wish.input(wish.needs.map((name) => pictures.get(name)!));
  const text_prompts = [{ text: wish.prompt, weight: 1 }];
  const response = await order(wish.synapse, { ...fields, text_prompts });
  const named = { operation: wish.operation, prompt: `“${wish.prompt}”`, picture: await decodeImage(pictureIn(wish.synapse, response)) };
  return shown === undefined ? { kind: 'words', ...named } : { kind: 'change', ...named, before: shown };
}

/** The picture of a response, as it was sent. Throws RESPONSE_EMPTY. */
export function pictureIn({ name }: AnySynapse, response: unknown): Uint8Array {
  refuseError(name, response);
  const [png] = picturesOf(response);
  if (png === undefined) throw fail('RESPONSE_EMPTY', { synapse: name, reason: 'there is no picture in it' });
  return png;
}

/** The face of the photograph before and after, at the same size. */
export async function upscaled(photo: Photo, png: Uint8Array): Promise<ChangedPicture> {
  const { left, top, side } = FACE;
  const before = await decodeImage(Buffer.from(photo.halved, 'base64'));
  const factor = 2;
  return {
    kind: 'change',
    operation: 'upscale',
    prompt: 'a photograph, twice as large; a part of it',
    before: part(before, [left, top, side, side]),
    picture: part(await decodeImage(png), [left * factor, top * factor, side * factor, side * factor]),
  };
}

/** Asks for embeddings of a picture and of others, and ranks these. Throws RESPONSE_EMPTY and what `order` throws. */
export async function likenesses(picture: Raster, others: readonly Raster[], order: Order): Promise<Likenesses> {
  const image_b64s = await Promise.all([picture, ...others].map(encodePngBase64));
  const { image_embeddings } = (await order(ClipEmbeddings, { image_b64s })) as { readonly image_embeddings?: readonly number[][] | null };
  const [own, ...vectors] = image_embeddings ?? [];
  if (own === undefined || vectors.length !== others.length)
    throw fail('RESPONSE_EMPTY', { synapse: ClipEmbeddings.name, reason: `${image_embeddings?.length ?? 0} embeddings came` });
  const ranked = others.map((other, index) => ({ picture: other, likeness: cosine(own, vectors[index]!) }));
  return {
    kind: 'likenesses',
    operation: kebabCase(ClipEmbeddings.name),
    picture,
    others: ranked.toSorted((a, b) => b.likeness - a.likeness).slice(0, MOST_LIKENESSES),
  };
}

function cosine(left: readonly number[], right: readonly number[]): number {
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
  return dot(left, right) / Math.sqrt(dot(left, left) * dot(right, right));
}
