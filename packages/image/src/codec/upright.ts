import type { Sharp } from 'sharp';
import { withDefaultCaps } from '../caps.ts';
import { toBytes } from './encode.ts';
import type { ImageFormat } from './format.ts';
import { type DecodeOptions, readHeader } from './inspect.ts';
import { openStrictly, orCorrupt } from './sharp.ts';

/**
 * A file whose pixels lie as its EXIF orientation says, in its own format and without the tag: cameras store a portrait lying on its side, and everything
 * else here ignores the tag, as Pillow does. A file that is upright is given back as it is, to the byte. A turned JPEG is encoded anew at the highest
 * quality, PNG and WebP lose nothing. Throws what {@link inspectImage} throws.
 */
export async function uprightImage(bytes: Uint8Array, options: DecodeOptions = {}): Promise<Uint8Array> {
  const caps = withDefaultCaps(options.caps);
  const { format, orientation } = await readHeader(bytes, caps);
  if (orientation === 1) return bytes;
  const turned = (await openStrictly(bytes, caps.maxPixels)).autoOrient();
  return toBytes(await orCorrupt(format, ENCODED[format](turned).toBuffer()));
}

const ENCODED: Readonly<Record<ImageFormat, (image: Sharp) => Sharp>> = {
  jpeg: (image) => image.jpeg({ quality: 100, chromaSubsampling: '4:4:4' }),
  png: (image) => image.png(),
  webp: (image) => image.webp({ lossless: true }),
};
