import { decodeBase64Image, encodePngBase64, type Raster } from '@vision-sdk/image';
import { describe, expect, it } from 'vitest';
import { fitPictures } from '../src/run/fit-pictures.ts';

const SMALL = { least: 64, most: 64, multipleOf: 8 };
const LARGE = { least: 512, most: 1344, multipleOf: 64 };

/** Red on the left half, blue on the right. */
function halves(width: number, height: number): Promise<string> {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) data[i * 3 + (i % width < width / 2 ? 0 : 2)] = 255;
  return encodePngBase64({ width, height, channels: 3, data });
}

const sizeOf = async (base64: string) => {
  const { width, height } = await decodeBase64Image(base64);
  return [width, height];
};
const pixel = ({ data, width }: Raster, x: number, y: number) => [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];

describe('pictures of a person, brought to what a model works at', () => {
  it('are made smaller in proportion', async () => {
    const { request, note } = await fitPictures({ init_image: await halves(512, 512), seed: 1 }, SMALL, 'mini');
    expect(await sizeOf(request.init_image)).toEqual([64, 64]);
    expect(request.seed).toBe(1);
    expect(note).toBe('mini works at 64x64 pixels: the picture of 512x512 was made smaller.');
  });

  it('are cut around their middle where their proportions do not fit', async () => {
    const { request, note } = await fitPictures({ init_image: await halves(256, 64) }, SMALL, 'mini');
    const picture = await decodeBase64Image(request.init_image);
    expect([picture.width, picture.height]).toEqual([64, 64]);
    expect([pixel(picture, 2, 32), pixel(picture, 61, 32)]).toEqual([
      [255, 0, 0],
      [0, 0, 255],
    ]);
    expect(note).toContain('made smaller, cut around its middle');
  });

  it.each([
    [4000, 3000, [1344, 1024]],
    [300, 200, [768, 512]],
    [2000, 100, [1344, 512]],
  ] as const)('of %ix%i keep to the range of a large model', async (width, height, expected) => {
    const { request } = await fitPictures({ init_image: await halves(width, height) }, LARGE, 'large');
    expect(await sizeOf(request.init_image)).toEqual(expected);
  });

  it('stay as they are where the model takes them, or any', async () => {
    const request = { init_image: await halves(1000, 700) };
    expect(await fitPictures(request, LARGE, 'large')).toEqual({ request, note: undefined });
    expect(await fitPictures(request, undefined, 'any')).toEqual({ request, note: undefined });
    expect(await fitPictures({ text_prompts: [] }, SMALL, 'mini')).toEqual({ request: { text_prompts: [] }, note: undefined });
  });

  it('take their mask along, whatever its size', async () => {
    const { request } = await fitPictures({ init_image: await halves(256, 64), mask_image: await halves(100, 300) }, SMALL, 'mini');
    const mask = await decodeBase64Image(request.mask_image);
    expect([mask.width, mask.height]).toEqual([64, 64]);
    expect([pixel(mask, 2, 32), pixel(mask, 61, 32)]).toEqual([
      [255, 0, 0],
      [0, 0, 255],
    ]);
  });

  it('have a larger mask made as large as they are, even where they fit', async () => {
    const image = await halves(64, 64);
    const fit = async (mask: string, sides: typeof SMALL | undefined) =>
      fitPictures({ init_image: image, mask_image: mask }, sides, 'mini');
    for (const sides of [SMALL, undefined]) {
      const { request, note } = await fit(await halves(900, 300), sides);
      expect([await sizeOf(request.mask_image), request.init_image === image, note]).toEqual([[64, 64], true, undefined]);
    }
    const small = await halves(16, 64);
    expect((await fit(small, SMALL)).request.mask_image).toBe(small);
    expect((await fit('bm8gcGljdHVyZQ==', SMALL)).request.mask_image).toBe('bm8gcGljdHVyZQ==');
  });

  it('keep to sides that depend on the request and the picture', async () => {
    const sides = ({ room }: { room: number }, { width, height }: { width: number; height: number }) => ({
      ...{ least: 1, multipleOf: 1 },
      most: width * height <= room ? width : 100,
    });
    const request = { init_image: await halves(300, 150), room: 45_000 };
    expect(await fitPictures(request, sides, 'any')).toEqual({ request, note: undefined });
    const { request: smaller, note } = await fitPictures({ ...request, room: 44_999 }, sides, 'any');
    expect(await sizeOf(smaller.init_image)).toEqual([100, 50]);
    expect(note).toBe('any works at 100x50 pixels: the picture of 300x150 was made smaller.');
  });

  it('may be controls', async () => {
    const controls = [{ type: 'canny', image: await halves(200, 200), preprocess: true }];
    const { request } = await fitPictures({ controls }, SMALL, 'mini');
    expect(request.controls[0]).toMatchObject({ type: 'canny', preprocess: true });
    expect(await sizeOf(request.controls[0]?.image ?? '')).toEqual([64, 64]);
  });

  it('that are none are left to the model to refuse', async () => {
    const request = { init_image: 'bm8gcGljdHVyZQ==' };
    expect(await fitPictures(request, SMALL, 'mini')).toEqual({ request, note: undefined });
  });
});
