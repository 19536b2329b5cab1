import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage, encodeJpeg, encodePng, psnr, uprightImage } from '../src/index.ts';
import type { Raster } from '../src/raster.ts';
import { paint } from './fixtures.ts';
import { withExifOrientation } from './forged.ts';

const picture = paint({ width: 40, height: 24, channels: 3 }, (x, y, channel) => x * 4 + y * 3 + channel * 20);

/** Where the pixel of an upright picture lies in the file, by EXIF orientation. */
const SOURCES: Readonly<Record<number, (x: number, y: number, at: Raster) => readonly [number, number]>> = {
  2: (x, y, { width }) => [width - 1 - x, y],
  3: (x, y, { width, height }) => [width - 1 - x, height - 1 - y],
  4: (x, y, { height }) => [x, height - 1 - y],
  5: (x, y) => [y, x],
  6: (x, y, { height }) => [y, height - 1 - x],
  7: (x, y, { width, height }) => [width - 1 - y, height - 1 - x],
  8: (x, y, { width }) => [width - 1 - y, x],
};

function turned(raster: Raster, orientation: number): Raster {
  const [width, height] = orientation < 5 ? [raster.width, raster.height] : [raster.height, raster.width];
  return paint({ width, height, channels: 3 }, (x, y, channel) => {
    const [column, row] = SOURCES[orientation]!(x, y, raster);
    return raster.data[(row * raster.width + column) * 3 + channel]!;
  });
}

describe('uprightImage', () => {
  it.each([2, 3, 4, 5, 6, 7, 8])('turns a JPEG as its orientation %i says, and only once', async (orientation) => {
    const tagged = withExifOrientation(await encodeJpeg(picture, { quality: 95 }), orientation);
    const upright = await uprightImage(tagged);
    const pixels = await decodeImage(upright);
    const expected = turned(await decodeImage(tagged), orientation);
    expect([pixels.width, pixels.height]).toEqual([expected.width, expected.height]);
    expect(psnr(pixels, expected)).toBeGreaterThan(45);
    const { format, orientation: tag } = await sharp(upright).metadata();
    expect([format, tag]).toEqual(['jpeg', undefined]);
    expect(await uprightImage(upright)).toBe(upright);
  });

  it.each(['png', 'webp'] as const)('loses nothing of a %s', async (format) => {
    const raw = { width: picture.width, height: picture.height, channels: 3 } as const;
    const file = await sharp(picture.data, { raw }).withMetadata({ orientation: 6 }).toFormat(format, { lossless: true }).toBuffer();
    const upright = await uprightImage(file);
    expect((await sharp(upright).metadata()).format).toBe(format);
    expect(await decodeImage(upright)).toEqual(turned(picture, 6));
  });

  it('gives back the bytes of a file that is upright', async () => {
    const [png, jpeg] = [await encodePng(picture), await encodeJpeg(picture, { quality: 80 })];
    const tagged = withExifOrientation(jpeg, 1);
    for (const bytes of [png, jpeg, tagged]) expect(await uprightImage(bytes)).toBe(bytes);
  });

  it('refuses what decoding refuses', async () => {
    const tagged = withExifOrientation(await encodeJpeg(picture, { quality: 80 }), 6);
    await expect(uprightImage(tagged, { caps: { maxPixels: 959 } })).rejects.toMatchObject({ code: 'VISION_IMAGE_TOO_MANY_PIXELS' });
    await expect(uprightImage(tagged.subarray(0, tagged.length / 2))).rejects.toMatchObject({ code: 'VISION_IMAGE_CORRUPT' });
    await expect(uprightImage(Buffer.from('no picture'))).rejects.toMatchObject({ code: 'VISION_IMAGE_UNSUPPORTED_FORMAT' });
  });
});
