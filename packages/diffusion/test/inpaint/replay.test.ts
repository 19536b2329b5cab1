import type { Raster } from '@vision-sdk/image';
import { describe, expect, it } from 'vitest';
import { hideMasked, inpaint, toMask, toVaePixels, uncrop } from '../../src/index.ts';
import { hasGoldens } from '../goldens.ts';
import { farthest, RecordedRun } from '../recorded-run.ts';

const here = hasGoldens('pipelines');

describe.skipIf(!here)(here ? 'inpainting, replayed' : 'inpainting: VISION_GOLDENS has no numerics/pipelines', () => {
  it.each(['sd_inpaint9_ddpm', 'sd_inpaint4_euler', 'sdxl_inpaint4', 'uncrop_inpaint9'])(
    '%s: draws, model inputs, latents and the final picture',
    async (name) => {
      const recorded = new RecordedRun(name);
      const [image, mask] = [recorded.picture('input/image'), recorded.picture('input/mask')];
      const { width, height, ...request } = recorded.request();
      const [picture] = await inpaint(recorded.model(), { ...request, strength: recorded.facts.args.strength, image, mask });
      recorded.done();
      expect(picture).toEqual(recorded.picture('image_u8'));
      // A network of 4 channels is not told what the masked picture is like, and nothing is encoded in vain.
      const pixels = toVaePixels(image);
      expect(recorded.shown.map(({ data }) => data)).toEqual([name.includes('4') ? pixels : hideMasked(pixels, toMask(mask))]);
    },
  );

  it('uncrop_inpaint9: the same from the picture alone, whose pixels stay', async () => {
    const recorded = new RecordedRun('uncrop_inpaint9');
    const canvas = recorded.picture('input/image');
    const image = part(canvas, [24, 8], [48, 48]);
    const padding = { left: 24, right: 24, top: 8, bottom: 8 };
    const { width, height, ...request } = recorded.request();
    const [picture] = await uncrop(recorded.model(), { ...request, image, padding, feather: 0 });
    recorded.done();
    expect(part(picture!, [24, 8], [48, 48])).toEqual(image);
    const expected = recorded.picture('image_u8');
    expected.data.forEach((byte, i) => {
      const [x, y] = [Math.floor(i / 3) % 96, Math.floor(i / 288)];
      if (x < 24 || x >= 72 || y < 8 || y >= 56) expect(picture!.data[i]).toBe(byte);
    });
    // Whatever the new area was filled with, the encoder is shown the picture on grey, as it was recorded.
    const shown = hideMasked(toVaePixels(canvas), toMask(recorded.picture('input/mask')));
    expect(farthest(recorded.shown[0]!.data, shown)).toBe(0);
  });
});

function part({ width, channels, data }: Raster, [left, top]: readonly [number, number], [w, h]: readonly [number, number]): Raster {
  const rows = Array.from({ length: h }, (_, y) => [
    ...data.subarray(((top + y) * width + left) * channels, ((top + y) * width + left + w) * channels),
  ]);
  return { width: w, height: h, channels, data: Uint8Array.from(rows.flat()) };
}
