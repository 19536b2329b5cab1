import type { AnyPipeline, PictureSides } from '@vision-sdk/core';
import { Uncrop } from '@vision-sdk/core/synapses';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Size } from '../../src/images/masks.ts';
import { planCanvas } from '../../src/inpaint/canvas.ts';
import { inpaintPipeline } from '../../src/inpaint/inpaint-pipeline.ts';
import { largestSides } from '../../src/inpaint/largest-side.ts';
import { canvasOptions, uncropPipeline } from '../../src/inpaint/uncrop-pipeline.ts';
import { visionRanges } from '../../src/requests/ranges.ts';

const maxPixels = 1536 ** 2;
const ranges = [visionRanges('stable-diffusion-xl-turbo', { side: 64, latentScale: 4 })] as const;
const range = ranges[0];

const sidesFor = ({ sides }: AnyPipeline, request: object, picture: Size): PictureSides | undefined =>
  typeof sides === 'function' ? sides(request, picture) : sides;
const most = (pipeline: AnyPipeline, width: number, height: number, request = {}) => sidesFor(pipeline, request, { width, height })?.most;
const asked = (fields: object) => Uncrop.request.parse({ init_image: 'eA==', text_prompts: [], engine: range.engine, seed: 1, ...fields });

describe('an inpainting that keeps the rest of the picture', () => {
  it.each([
    ['keepRest', { keepRest: true }],
    ['paddingCrop', { paddingCrop: 8 }],
  ])('takes what its cap of pixels lets through, whatever the sides, by %s', (_how, settings) => {
    const pipeline = inpaintPipeline({ ranges, maxPixels, ...settings });
    expect([most(pipeline, 2000, 1000), most(pipeline, 1536, 1536), most(pipeline, 1, 100_000)]).toEqual([2000, 1536, 100_000]);
    expect([most(pipeline, 1537, 1536), most(pipeline, 4000, 3000), most(pipeline, 3000, 4000)]).toEqual([1536, 1773, 1773]);
  });

  it('is asked for the sides of its network where it keeps nothing', () => {
    expect(inpaintPipeline({ ranges, maxPixels }).sides).toEqual(range.side);
  });
});

describe('an uncropping', () => {
  const pipeline = uncropPipeline({ ranges, maxPixels });

  it.each([
    ['1500x1000 as it is', 1500, 1000, {}, 1500],
    ['a panorama, smaller', 4000, 500, {}, 3467],
    ['a photograph of 48 million pixels', 8000, 6000, {}, 1531],
    ['a picture beside much padding', 1400, 1400, { pad_left: 1000 }, 1115],
    ['a picture that an aspect ratio makes too large', 1000, 1000, { aspect_ratio: 4 }, 768],
  ])('takes %s', (_what, width, height, fields, expected) => {
    expect(most(pipeline, width, height, asked(fields))).toBe(expected);
  });

  it('leaves a picture alone that no size would help', () => {
    const all = { pad_left: 2048, pad_right: 2048, pad_top: 2048, pad_bottom: 2048 };
    expect(most(pipeline, 300, 200, asked(all))).toBe(300);
  });

  it('ends within the cap, and takes the largest size that does', () => {
    const side = fc.integer({ min: 1, max: 9000 });
    const padding = fc.record({ pad_left: fc.nat(400), pad_top: fc.nat(400) });
    const area = (picture: Size, request: ReturnType<typeof asked>) => {
      const { width, height } = planCanvas(picture, canvasOptions(request, { picture, defaultSide: range.defaultSide })).result;
      return width * height;
    };
    fc.assert(
      fc.property(side, side, fc.option(padding, { nil: {} }), (width, height, fields) => {
        const request = asked(fields);
        const [longest, allowed] = [Math.max(width, height), most(pipeline, width, height, request)!];
        const at = (length: number) => ({
          width: Math.max(1, Math.round((width * length) / longest)),
          height: Math.max(1, Math.round((height * length) / longest)),
        });
        expect(area(at(allowed), request)).toBeLessThanOrEqual(maxPixels);
        if (allowed < longest) expect(area(at(allowed + 1), request)).toBeGreaterThan(maxPixels);
      }),
    );
  });
});

it('sides are those of the picture where nothing fits', () => {
  expect(largestSides({ width: 30, height: 20 }, () => false)).toEqual({ least: 1, most: 30, multipleOf: 1 });
});
