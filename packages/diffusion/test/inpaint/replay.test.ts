import { describe, expect, it } from 'vitest';
import { hideMasked, inpaint, toMask, toVaePixels, uncrop } from '../../src/index.ts';
import { cut } from '../../src/inpaint/rasters.ts';
import { hasGoldens } from '../goldens.ts';
import { farthest, RecordedRun } from '../recorded-run.ts';

const here = hasGoldens('pipelines');

/** What the runs were asked for, strength included. */
const requestOf = (run: RecordedRun) => ({ ...run.request(), strength: run.facts.args.strength });

describe.skipIf(!here)(here ? 'inpainting, replayed' : 'inpainting: VISION_GOLDENS has no numerics/pipelines', () => {
  it.each(['sd_inpaint9_ddpm', 'sd_inpaint4_euler', 'sdxl_inpaint4', 'uncrop_inpaint9'])(
    '%s: draws, model inputs, latents and the final picture',
    async (name) => {
      const run = new RecordedRun(name);
      const [picture] = await inpaint(run.model(), {
        ...requestOf(run),
        image: run.picture('input/image'),
        mask: run.picture('input/mask'),
      });
      run.done();
      expect(picture).toEqual(run.picture('image_u8'));
    },
  );

  it('uncrop_inpaint9: the same from the picture alone, whose pixels stay', async () => {
    const run = new RecordedRun('uncrop_inpaint9');
    const canvas = run.picture('input/image');
    const place = { left: 24, top: 8, right: 72, bottom: 56 };
    const image = cut(canvas, place);
    const [picture] = await uncrop(run.model(), {
      ...requestOf(run),
      image,
      padding: { left: 24, right: 24, top: 8, bottom: 8 },
      feather: 0,
    });
    run.done();
    expect(cut(picture!, place)).toEqual(image);
    const expected = run.picture('image_u8');
    const isNew = (x: number, y: number) => x < place.left || x >= place.right || y < place.top || y >= place.bottom;
    for (let i = 0; i < expected.data.length; i++) {
      if (isNew(Math.floor(i / 3) % 96, Math.floor(i / 288))) expect(picture!.data[i]).toBe(expected.data[i]);
    }
    // Whatever the new area was filled with, the encoder is shown the picture on grey, as it was recorded.
    const shown = hideMasked(toVaePixels(canvas), toMask(run.picture('input/mask')));
    expect(farthest(run.shown[0]!.data, shown)).toBe(0);
  });
});
