import { checkRaster, type Raster } from '../raster.ts';
import { loadSharp } from './sharp.ts';

/** Encodes a raster as PNG, without loss. Throws `VISION_IMAGE_BAD_RASTER`. */
export async function encodePng(raster: Raster): Promise<Uint8Array> {
  return toBytes(await (await open(raster)).png().toBuffer());
}

/** {@link encodePng} as base64, the form that images have on the wire. */
export async function encodePngBase64(raster: Raster): Promise<string> {
  return Buffer.from(await encodePng(raster)).toString('base64');
}

/** Encodes a raster as JPEG with a quality of 1 to 100; alpha is dropped on black. Throws `VISION_IMAGE_BAD_RASTER`. */
export async function encodeJpeg(raster: Raster, { quality }: { readonly quality: number }): Promise<Uint8Array> {
  return toBytes(await (await open(raster)).jpeg({ quality }).toBuffer());
}

async function open(raster: Raster) {
  const { width, height, channels, data } = checkRaster(raster);
  return (await loadSharp())(data, { raw: { width, height, channels } });
}

/** The memory of a buffer, as plain bytes. */
export function toBytes(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
