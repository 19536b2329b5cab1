import { type Raster, resize } from '@vision-sdk/image';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cropRegion } from '../../src/inpaint/crop-region.ts';
import { fitCropped, fitFilled } from '../../src/inpaint/fit.ts';
import { overlay } from '../../src/inpaint/overlay.ts';
import { goldenJson } from '../goldens.ts';

type Pair = readonly [number, number];
interface Golden {
  readonly regions: readonly {
    readonly size: Pair;
    readonly marked: Sides;
    readonly target: Pair;
    readonly padding: number;
    readonly region: Sides;
  }[];
  readonly fits: readonly {
    readonly size: Pair;
    readonly target: Pair;
    readonly pixels: string;
    readonly filled: string;
    readonly cropped: string;
  }[];
  readonly overlays: readonly {
    readonly size: Pair;
    readonly painted_size: Pair;
    readonly region: Sides | null;
    readonly picture: string;
    readonly mask: string;
    readonly painted: string;
    readonly result: string;
  }[];
}
type Sides = readonly [left: number, top: number, right: number, bottom: number];

/** Made by diffusers' own functions with Pillow. */
const golden = goldenJson<Golden>('inpaint/crops.json');

const raster = ([width, height]: Pair, pixels: string, channels: 1 | 3 = 3): Raster => ({
  width,
  height,
  channels,
  data: new Uint8Array(Buffer.from(pixels, 'base64')),
});
const regionOf = ([left, top, right, bottom]: Sides) => ({ left, top, right, bottom });

function marked([width, height]: Pair, [left, top, right, bottom]: Sides): Raster {
  const data = new Uint8Array(width * height);
  for (let y = top; y < bottom; y++) data.fill(1, y * width + left, y * width + right);
  return { width, height, channels: 1, data };
}

describe('the region of a padding crop', () => {
  it('is that of diffusers for 60 masks', () => {
    for (const { size, marked: part, target, padding, region } of golden.regions)
      expect(cropRegion(marked(size, part), { width: target[0], height: target[1] }, padding)).toEqual(regionOf(region));
    expect(golden.regions).toHaveLength(60);
  });

  it('does not exist for an empty mask', () => {
    expect(cropRegion(marked([5, 4], [0, 0, 0, 0]), { width: 8, height: 8 }, 2)).toBeUndefined();
  });

  it('has all of the mask and lies in the picture', () => {
    const side = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(
        side,
        side,
        side,
        side,
        fc.integer({ min: 0, max: 50 }),
        fc.infiniteStream(fc.nat()),
        (width, height, w, h, padding, draws) => {
          const below = (end: number) => draws.next().value! % end;
          const [left, top] = [below(width), below(height)];
          const [right, bottom] = [left + 1 + below(width - left), top + 1 + below(height - top)];
          const region = cropRegion(marked([width, height], [left, top, right, bottom]), { width: w, height: h }, padding)!;
          expect(region.left >= 0 && region.top >= 0 && region.right <= width && region.bottom <= height).toBe(true);
          expect(region.left <= left && region.top <= top && region.right >= right && region.bottom >= bottom).toBe(true);
        },
      ),
    );
  });
});

describe('pictures of other proportions', () => {
  it.each(golden.fits.map((fit) => [fit.size.join('x'), fit.target.join('x'), fit] as const))(
    '%s into %s, as diffusers',
    (_from, _to, fit) => {
      const picture = raster(fit.size, fit.pixels);
      const target = { width: fit.target[0], height: fit.target[1] };
      expect(fitFilled(picture, target)).toEqual(raster(fit.target, fit.filled));
      expect(fitCropped(picture, target)).toEqual(raster(fit.target, fit.cropped));
    },
  );

  it('may be so long that nothing is left of the short side', () => {
    expect(fitFilled(raster([64, 1], Buffer.alloc(192, 9).toString('base64')), { width: 8, height: 8 })).toMatchObject({
      width: 8,
      height: 8,
    });
  });
});

describe('an inpainted part over its picture', () => {
  it.each(golden.overlays.map((one) => [one.region ?? 'the whole', one] as const))('%s, as diffusers', (_region, one) => {
    const [picture, mask] = [raster(one.size, one.picture), raster(one.size, one.mask, 1)];
    const region = one.region === null ? undefined : regionOf(one.region);
    expect(overlay(raster(one.painted_size, one.painted), { picture, mask, region })).toEqual(raster(one.size, one.result));
  });

  it('is brought to the size of the picture', () => {
    const [{ size, picture }] = golden.overlays as [Golden['overlays'][number]];
    const white: Raster = { width: size[0], height: size[1], channels: 1, data: new Uint8Array(size[0] * size[1]).fill(255) };
    const painted = resize(raster(size, picture), { width: 16, height: 40, filter: 'lanczos' });
    const expected = resize(painted, { width: size[0], height: size[1], filter: 'lanczos' });
    expect(overlay(painted, { picture: raster(size, picture), mask: white })).toEqual(expected);
  });
});
