import { resize } from '@vision-sdk/image';
import { describe, expect, it } from 'vitest';
import { imageToImage, textToImage, toVaePixels } from '../../src/index.ts';
import { hasGoldens } from '../goldens.ts';
import { expectPicture, RecordedRun } from '../recorded-run.ts';

const here = hasGoldens('pipelines');
const TEXT_TO_IMAGE = ['sdxl_turbo_1step', 'sdxl_t2i_ddpm_cfg', 'sdxl_lcm', 'sdxl_euler_size_cond', 'sdxl_batch2_gen_list', 'sd_pndm_cfg'];

describe.skipIf(!here)(here ? 'replay of diffusers 0.25.1' : 'replay: VISION_GOLDENS has no numerics/pipelines', () => {
  it.each(TEXT_TO_IMAGE)('%s: prompts, every draw, every model input, the latents after every step and the pictures', async (name) => {
    const recorded = new RecordedRun(name);
    const told: string[] = [];
    const pictures = await textToImage(recorded.model(), recorded.request(), { onStep: (step, total) => told.push(`${step}/${total}`) });
    recorded.done();
    const steps = recorded.facts.loop_timesteps.length;
    expect(told).toEqual(Array.from({ length: steps }, (_, i) => `${i + 1}/${steps}`));
    expect(pictures).toHaveLength(recorded.facts.seeds.length);
    for (const [entry, picture] of pictures.entries()) expectPicture(picture, recorded.picture('image_u8', entry));
  });

  it.each(['sd_img2img_ddim', 'sdxl_img2img_turbo'])('%s: the same, from a picture', async (name) => {
    const recorded = new RecordedRun(name);
    const image = recorded.picture('input/image');
    const [picture] = await imageToImage(recorded.model(), { ...recorded.request(), image, strength: recorded.facts.args.strength! });
    recorded.done();
    const { dims } = recorded.plane('image');
    const [height, width] = [dims[1]!, dims[2]!];
    expect(recorded.shown).toEqual([
      { data: toVaePixels(resize(image, { width, height, filter: 'lanczos' })), dims: [1, 3, height, width] },
    ]);
    expectPicture(picture!, recorded.picture('image_u8'));
  });
});
