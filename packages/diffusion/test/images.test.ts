import { readFile } from 'node:fs/promises';
import { decodeImage, type Raster } from '@vision-sdk/image';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { clipSquare } from '../src/images/clip-pixels.ts';
import { resizeMask } from '../src/images/masks.ts';
import { clipPixels, fromVaePixels, hideMasked, kandinskyMask, toMask, toVaePixels } from '../src/index.ts';
import { goldenPath, goldenTensors, hasGoldens, valuesOf } from './goldens.ts';

const hasPreprocess = hasGoldens('clip/preprocess');
const hasPipelines = hasGoldens('pipelines');

describe.skipIf(!hasPreprocess)(hasPreprocess ? 'CLIP pixels' : 'CLIP pixels: VISION_GOLDENS has no numerics/clip/preprocess', () => {
  const tensors = hasPreprocess ? goldenTensors('clip/preprocess/preprocess.safetensors') : undefined!;
  const bytesOf = (name: string) => tensors.tensors.get(name)!.bytes;
  const decoded = async (name: string) => decodeImage(await readFile(goldenPath(`clip/preprocess/${name}.png`)));

  it.each([
    ['rgb_320x240', 'u8'],
    ['rgb_225x400', 'u8'],
    ['rgb_224x224', 'u8'],
    ['rgb_100x60', 'u8'],
    ['rgb_513x515', 'u8'],
    ['l_301x200', 'u8'],
    ['rgba_260x230', 'hf_u8'],
    ['p_250x240', 'hf_u8'],
  ])('%s is exact', async (name, which) => {
    expect(Buffer.compare(clipSquare(await decoded(name)).data, bytesOf(`${name}/${which}`))).toBe(0);
  });

  it('resizes alpha along, where a raster has it, as openai/CLIP does', async () => {
    const { data, info } = await sharp(goldenPath('clip/preprocess/rgba_260x230.png')).raw().toBuffer({ resolveWithObject: true });
    const raster: Raster = { width: info.width, height: info.height, channels: 4, data: new Uint8Array(data) };
    expect(Buffer.compare(clipSquare(raster).data, bytesOf('rgba_260x230/u8'))).toBe(0);
  });

  it.each(['rgb_320x240', 'rgb_100x60'])('%s is normalised to the bit', async (name) => {
    const pixels = clipPixels(await decoded(name));
    const rows = [0, 1, 2].flatMap((channel) => [...pixels.subarray(channel * 224 * 224, channel * 224 * 224 + 4 * 224)]);
    expect(rows).toEqual([...(valuesOf(tensors, `${name}/openai_first_rows`) as Float32Array)]);
    expect(rows).toEqual([...(valuesOf(tensors, `${name}/hf_first_rows`) as Float32Array)]);
  });
});

describe('VAE pixels', () => {
  const raster: Raster = { width: 256, height: 1, channels: 1, data: Uint8Array.from({ length: 256 }, (_, i) => i) };

  it.each(['doubled', 'divided'] as const)('come back as they were (%s)', (scale) => {
    const back = fromVaePixels(toVaePixels(raster, scale), raster);
    expect(back.data).toEqual(Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3)));
  });

  it('round half to even, clamp, and put NaN to black', () => {
    const halves = [0.8, -0.4, 0, 0.4];
    const pixels = Float32Array.from([-3, 3, Number.NaN, ...halves, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
    expect([...fromVaePixels(pixels, { width: 3, height: 1 }).data]).toEqual([0, 230, 178, 255, 76, 255, 0, 128, 0]);
  });

  it('take one entry of a batch, and refuse what is not there', () => {
    const pixels = Float32Array.from([-1, -1, -1, 1, 1, 1]);
    expect([...fromVaePixels(pixels, { width: 1, height: 1, entry: 1 }).data]).toEqual([255, 255, 255]);
    expect(() => fromVaePixels(pixels, { width: 1, height: 1, entry: 2 })).toThrow('picture 2 of 1 x 1 in 6 values');
  });
});

describe.skipIf(!hasPipelines)(hasPipelines ? 'recorded pipelines' : 'recorded pipelines: VISION_GOLDENS has no numerics/pipelines', () => {
  const runs = ['sdxl_turbo_1step', 'sdxl_t2i_ddpm_cfg', 'sd_inpaint9_ddpm', 'uncrop_inpaint9', 'k22_inpaint', 'k22_t2i', 'k22_i2i'];

  it.each(runs)('%s: the final image is rounded as numpy does', (name) => {
    const tensors = goldenTensors(`pipelines/${name}.safetensors`);
    const [, height, width] = tensors.tensors.get('image')!.shape as [number, number, number];
    const interleaved = valuesOf(tensors, 'image') as Float32Array;
    const planes = Float32Array.from({ length: interleaved.length }, (_, i) => {
      const plane = width * height;
      return (interleaved[(i % plane) * 3 + Math.floor(i / plane)]! - 0.5) * 2;
    });
    expect(Buffer.compare(fromVaePixels(planes, { width, height }).data, tensors.tensors.get('image_u8')!.bytes)).toBe(0);
  });

  const grey = (name: string, input: string): Raster => {
    const { shape, bytes } = goldenTensors(`pipelines/${name}.safetensors`).tensors.get(input)!;
    return { width: shape[1]!, height: shape[0]!, channels: 1, data: bytes };
  };
  /** A plane of the first entry of the first model input. */
  const plane = (name: string, channel: number) => {
    const tensors = goldenTensors(`pipelines/${name}.safetensors`);
    const [, , height, width] = tensors.tensors.get('unet/0/sample')!.shape as [number, number, number, number];
    const values = valuesOf(tensors, 'unet/0/sample').subarray(channel * width * height, (channel + 1) * width * height);
    return { width, height, values };
  };

  it.each(['sd_inpaint9_ddpm', 'uncrop_inpaint9'])('%s: the mask of the latents', (name) => {
    expect(resizeMask(toMask(grey(name, 'input/mask')), plane(name, 4))).toEqual(plane(name, 4));
  });

  it('k22_inpaint: the mask of the latents, grown', () => {
    expect(kandinskyMask(toMask(grey('k22_inpaint', 'input/mask_image')), plane('k22_inpaint', 8))).toEqual(plane('k22_inpaint', 8));
  });
});

describe('masks', () => {
  it('are 1 from half brightness on', () => {
    const raster: Raster = { width: 4, height: 1, channels: 1, data: Uint8Array.of(0, 127, 128, 255) };
    expect([...toMask(raster).values]).toEqual([0, 0, 1, 1]);
  });

  it('of another size are resized by Lanczos first', () => {
    const raster: Raster = { width: 2, height: 1, channels: 3, data: Uint8Array.of(0, 0, 0, 255, 255, 255) };
    expect([...toMask(raster, { width: 6, height: 1 }).values]).toEqual([0, 0, 0, 1, 1, 1]);
  });

  it('hide what they cover, and only fit whole planes', () => {
    const mask = { width: 2, height: 1, values: Float32Array.of(0, 1) };
    expect([...hideMasked(Float32Array.of(5, 6, 7, 8), mask)]).toEqual([5, 0, 7, 0]);
    expect(() => hideMasked(new Float32Array(3), mask)).toThrow('a mask of 2 values for planes of 3');
  });
});
