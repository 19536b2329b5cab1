import { VisionError } from '@vision-sdk/core';
import type { Metadata } from 'sharp';
import { checkBytes, checkPixels, type ImageCaps, withDefaultCaps } from '../caps.ts';
import { fail } from '../errors.ts';
import { type ImageFormat, isAnimatedPng, sniffFormat } from './format.ts';
import { openStrictly, orCorrupt } from './sharp.ts';

/** What the header of an image file says. */
export interface ImageHeader {
  readonly width: number;
  readonly height: number;
  readonly format: ImageFormat;
  /** Channels in the file: 1 or 2 grey, 3 or 4 colour or CMYK. */
  readonly channels: number;
  /** Always 1: more are refused. */
  readonly pages: number;
}

/** A header with what decoding needs besides. */
export interface DecodingHeader extends ImageHeader {
  readonly cmyk: boolean;
  /** The EXIF orientation, 1 to 8: 1 is upright, and what a file without one is taken for. */
  readonly orientation: number;
}

/** Options of everything that decodes. */
export interface DecodeOptions {
  /** Caps that differ from {@link DEFAULT_IMAGE_CAPS}. */
  readonly caps?: Partial<ImageCaps>;
}

/**
 * Reads an image's header without decoding pixels. Throws `VISION_IMAGE_` `TOO_MANY_BYTES`, `UNSUPPORTED_FORMAT`, `ANIMATED`, `CORRUPT` or
 * `TOO_MANY_PIXELS`.
 */
export async function inspectImage(bytes: Uint8Array, options: DecodeOptions = {}): Promise<ImageHeader> {
  const { cmyk: _cmyk, orientation: _orientation, ...header } = await readHeader(bytes, withDefaultCaps(options.caps));
  return header;
}

/** Headers mostly stand at the beginning: so much is looked at first, a whole number of base64 groups. */
const HEAD_CHARACTERS = 2 ** 20;

/**
 * {@link inspectImage} of base64. Only the beginning is decoded where the header is there, so whether all of it is base64 is seen when it is decoded.
 * Throws what {@link inspectImage} throws.
 */
export async function inspectBase64Image(base64: string, options: DecodeOptions = {}): Promise<ImageHeader> {
  try {
    return await inspectImage(Buffer.from(base64.slice(0, HEAD_CHARACTERS), 'base64'), options);
  } catch (error) {
    // What the beginning alone tells stands; a header that was cut off looks like damage.
    if (base64.length <= HEAD_CHARACTERS || !VisionError.is(error, 'VISION_IMAGE_CORRUPT')) throw error;
    checkBytes(Math.floor((base64.length * 3) / 4) - 2, withDefaultCaps(options.caps));
    return inspectImage(Buffer.from(base64, 'base64'), options);
  }
}

/** {@link inspectImage} with what decoding needs besides. */
export async function readHeader(bytes: Uint8Array, caps: ImageCaps): Promise<DecodingHeader> {
  checkBytes(bytes.length, caps);
  const format = sniffFormat(bytes);
  if (format === 'png' && isAnimatedPng(bytes)) throw fail('ANIMATED', { format });
  const image = await openStrictly(bytes);
  const header = toHeader(format, await orCorrupt(format, image.metadata()));
  if (header.pages !== 1) throw fail('ANIMATED', { format });
  checkPixels(header, caps);
  return header;
}

function toHeader(format: ImageFormat, { width, height, channels, pages, space, orientation }: Metadata): DecodingHeader {
  return { width, height, format, channels, pages: pages ?? 1, cmyk: space === 'cmyk', orientation: orientation ?? 1 };
}
