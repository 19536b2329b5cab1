import { createRandom } from '@vision-sdk/core';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import {
  changePixels,
  decodeBase64Image,
  decodeImage,
  encodeJpeg,
  encodePng,
  encodePngBase64,
  inspectBase64Image,
  inspectImage,
  psnr,
} from '../src/index.ts';
import type { Raster } from '../src/raster.ts';
import { fixture, fixtureRaster, paint } from './fixtures.ts';
import { gigapixelPng, withAnimationChunk, withExifOrientation } from './forged.ts';

const picture = paint({ width: 40, height: 30, channels: 3 }, (x, y, channel) => x * 4 + y * 2 + channel * 10);
const END_CHUNK_BYTES = 12;
const code = (name: string) => expect.objectContaining({ code: `VISION_IMAGE_${name}` });

describe('decodeImage', () => {
  it('gives back what encodePng took', async () => {
    expect(await decodeImage(await encodePng(picture))).toEqual(picture);
  });

  it('reads WebP and JPEG', async () => {
    const webp = await sharp(picture.data, { raw: shapeOf(picture) })
      .webp({ lossless: true })
      .toBuffer();
    expect(await decodeImage(webp)).toEqual(picture);
    expect(psnr(await decodeImage(await encodeJpeg(picture, { quality: 95 })), picture)).toBeGreaterThan(40);
  });

  it('drops alpha without blending', async () => {
    const rgba = paint({ width: 4, height: 3, channels: 4 }, (x, y, channel) => (channel === 3 ? x * 10 : x * 20 + y + channel));
    const rgb = paint({ width: 4, height: 3, channels: 3 }, (x, y, channel) => x * 20 + y + channel);
    expect(await decodeImage(await encodePng(rgba))).toEqual(rgb);
  });

  it('spreads grey, one bit and palette images over three channels', async () => {
    const grey = paint({ width: 4, height: 3, channels: 1 }, (x, y) => x * 20 + y);
    expect(await decodeImage(await encodePng(grey))).toEqual(paint({ width: 4, height: 3, channels: 3 }, (x, y) => x * 20 + y));
    expect(new Set((await decodeImage(await fixture('hash/photo1_1bit.png'))).data)).toEqual(new Set([0, 255]));
    expect(await decodeImage(await fixture('hash/photo1_P.png'))).toEqual(await fixtureRaster('hash/photo1_P.png'));
  });

  it('takes the upper 8 of 16 bits', async () => {
    const rgb = await sharp(picture.data, { raw: shapeOf(picture) })
      .toColourspace('rgb16')
      .png()
      .toBuffer();
    expect((await sharp(rgb).metadata()).depth).toBe('ushort');
    expect(await decodeImage(rgb)).toEqual(picture);
    const grey = await sharp(picture.data, { raw: shapeOf(picture) })
      .toColourspace('grey16')
      .png()
      .toBuffer();
    expect((await sharp(grey).metadata()).channels).toBe(1);
    expect((await decodeImage(grey)).data.length).toBe(picture.data.length);
  });

  it('ignores the EXIF orientation, as Pillow does', async () => {
    const jpeg = await encodeJpeg(picture, { quality: 90 });
    const turned = withExifOrientation(jpeg, 6);
    expect((await sharp(turned).metadata()).orientation).toBe(6);
    expect(await decodeImage(turned)).toEqual(await decodeImage(jpeg));
  });

  it('ignores colour profiles, as Pillow does', async () => {
    const plain = await encodePng(picture);
    const profiled = await sharp(plain).withIccProfile('p3', { attach: true }).png().toBuffer();
    expect((await sharp(profiled).metadata()).hasProfile).toBe(true);
    const raw = await sharp(profiled, { ignoreIcc: true }).raw().toBuffer();
    expect(Buffer.from((await decodeImage(profiled)).data)).toEqual(raw);
  });
});

describe('bad images are refused before or while decoding', () => {
  it('bytes over the cap', async () => {
    const png = await encodePng(picture);
    await expect(decodeImage(png, { caps: { maxBytes: png.length - 1 } })).rejects.toEqual(code('TOO_MANY_BYTES'));
    await expect(decodeBase64Image(Buffer.from(png).toString('base64'), { caps: { maxBytes: 100 } })).rejects.toEqual(
      code('TOO_MANY_BYTES'),
    );
  });

  it('a decompression bomb, by its header', async () => {
    await expect(decodeImage(gigapixelPng())).rejects.toEqual(code('TOO_MANY_PIXELS'));
    await expect(inspectImage(gigapixelPng())).rejects.toEqual(code('TOO_MANY_PIXELS'));
    await expect(decodeImage(await encodePng(picture), { caps: { maxPixels: 1199 } })).rejects.toEqual(code('TOO_MANY_PIXELS'));
  });

  it('every truncation of a PNG that loses pixels', async () => {
    const png = await encodePng(picture);
    for (let length = 8; length < png.length - END_CHUNK_BYTES; length += 7) {
      await expect(decodeImage(png.subarray(0, length)), `${length} bytes`).rejects.toEqual(code('CORRUPT'));
    }
  });

  it('every truncation of a JPEG and of a WebP', async () => {
    const jpeg = await encodeJpeg(picture, { quality: 80 });
    const webp = new Uint8Array(
      await sharp(picture.data, { raw: shapeOf(picture) })
        .webp()
        .toBuffer(),
    );
    for (const bytes of [jpeg, webp]) {
      for (let cut = 2; cut < bytes.length - 12; cut += 11) {
        await expect(decodeImage(bytes.subarray(0, bytes.length - cut)), `without ${cut} bytes`).rejects.toEqual(code('CORRUPT'));
      }
    }
  });

  it('flipped bits in the pixels of a PNG', async () => {
    const png = (await encodePng(picture)).slice();
    png[Math.floor(png.length / 2)]! ^= 0x10;
    await expect(decodeImage(png)).rejects.toEqual(code('CORRUPT'));
  });

  it('animations', async () => {
    const frames = paint({ width: 20, height: 40, channels: 3 }, (x, y) => x + y);
    const raw = { ...shapeOf(frames), pageHeight: 20 };
    const webp = await sharp(frames.data, { raw })
      .webp({ loop: 0, delay: [10, 10] })
      .toBuffer();
    expect((await sharp(webp).metadata()).pages).toBe(2);
    await expect(decodeImage(webp)).rejects.toEqual(code('ANIMATED'));
    await expect(decodeImage(withAnimationChunk(await encodePng(picture)))).rejects.toEqual(code('ANIMATED'));
  });

  it.each([
    [
      'a GIF',
      () =>
        sharp(picture.data, { raw: shapeOf(picture) })
          .gif()
          .toBuffer(),
    ],
    [
      'a TIFF',
      () =>
        sharp(picture.data, { raw: shapeOf(picture) })
          .tiff()
          .toBuffer(),
    ],
    ['an SVG', async () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')],
    ['nothing', async () => Buffer.alloc(0)],
    ['text', async () => Buffer.from('not an image')],
  ])('%s', async (_, make) => {
    await expect(decodeImage(await make())).rejects.toEqual(code('UNSUPPORTED_FORMAT'));
  });

  it.each([
    ['an empty text', ''],
    ['a data: prefix', 'data:image/png;base64,iVBORw0KGgo='],
    ['a length that is no multiple of four', 'iVBORw0KGg'],
    ['white space', 'iVBO\nw0='],
    ['the URL alphabet', 'iVBO-w0='],
    ['padding in the middle', 'iV==Rw0='],
    ['bits after the end', 'iVBORw1='.replace('1=', 'z=')],
    ['other characters', 'iVBOé?0='],
  ])('base64 with %s', async (_, text) => {
    await expect(decodeBase64Image(text)).rejects.toEqual(code('NOT_BASE64'));
  });
});

describe('inspectImage', () => {
  it('tells size, format and channels from the header', async () => {
    expect(await inspectImage(await encodePng(picture))).toEqual({ width: 40, height: 30, format: 'png', channels: 3, pages: 1 });
    expect(await inspectImage(await fixture('hash/photo1_cmyk.jpg'))).toMatchObject({ format: 'jpeg', channels: 4 });
  });
});

describe('inspectBase64Image', () => {
  const header = { width: 40, height: 30, format: 'jpeg' };
  /** A JPEG whose header stands behind this many bytes of an application's own segments. */
  async function behind(bytes: number): Promise<string> {
    const jpeg = await encodeJpeg(picture, { quality: 90 });
    const segment = Buffer.alloc(2 + 60_002);
    segment.set([0xff, 0xef, 60_002 >> 8, 60_002 & 0xff]);
    const segments = new Array<Buffer>(Math.ceil(bytes / segment.length)).fill(segment);
    return Buffer.concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)]).toString('base64');
  }

  it('tells what the header says, wherever it stands', async () => {
    expect(await inspectBase64Image(await behind(0))).toMatchObject(header);
    expect(await inspectBase64Image(await behind(2 ** 21))).toMatchObject(header);
  });

  it('reads no more than the beginning where the header is there, or what is there is no picture', async () => {
    const rest = '?'.repeat(2 ** 21);
    expect(await inspectBase64Image((await behind(0)).replace(/=+$/, '') + rest)).toMatchObject(header);
    await expect(inspectBase64Image('AAAA'.repeat(2 ** 19))).rejects.toEqual(code('UNSUPPORTED_FORMAT'));
    await expect(inspectBase64Image('')).rejects.toEqual(code('UNSUPPORTED_FORMAT'));
  });

  it('keeps to the caps', async () => {
    await expect(inspectBase64Image(await behind(0), { caps: { maxPixels: 1199 } })).rejects.toEqual(code('TOO_MANY_PIXELS'));
    await expect(inspectBase64Image(await behind(2 ** 21), { caps: { maxBytes: 2 ** 20 } })).rejects.toEqual(code('TOO_MANY_BYTES'));
  });
});

describe('changePixels', () => {
  it('changes exactly the given number of pixels by one in every channel', async () => {
    const extremes = paint({ width: 16, height: 16, channels: 3 }, (x) => (x < 8 ? 0 : 255));
    for (const source of [picture, extremes]) {
      const changed = await decodeBase64Image(await changePixels(await encodePngBase64(source), 3, createRandom(7)));
      const differences = [...changed.data].map((value, index) => Math.abs(value - source.data[index]!));
      expect(differences.filter((difference) => difference === 1)).toHaveLength(9);
      expect(Math.max(...differences)).toBe(1);
    }
  });

  it('changes all pixels of an image that has fewer', async () => {
    const dot = paint({ width: 1, height: 1, channels: 3 }, () => 0);
    const changed = await decodeBase64Image(await changePixels(await encodePngBase64(dot), 3, createRandom(7)));
    expect([...changed.data]).toEqual([1, 1, 1]);
  });

  it('is repeatable by its random numbers', async () => {
    const source = await encodePngBase64(picture);
    expect(await changePixels(source, 3, createRandom(1))).toBe(await changePixels(source, 3, createRandom(1)));
    expect(await changePixels(source, 3, createRandom(1))).not.toBe(await changePixels(source, 3, createRandom(2)));
  });
});

function shapeOf({ width, height, channels }: Raster) {
  return { width, height, channels };
}
