import { readFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { fakeLoadContext } from '@vision-sdk/core/testing';
import { decodeImage, type Raster } from '@vision-sdk/image';
import { describe, it } from 'vitest';
import { createScheduler, inpaint, loadStableDiffusion } from '../../src/index.ts';
import { expectPicture } from '../recorded-run.ts';
import { temporaryFolder, weightsOf } from '../stable/tiny.ts';

const FOLDER = join(import.meta.dirname, '../fixtures/inpaint-parity');
const MODELS = join(import.meta.dirname, '../fixtures/parity');

interface Case {
  readonly name: string;
  readonly seeds: readonly number[];
  readonly scheduler: Readonly<Record<string, unknown>>;
  readonly pictures: number;
  readonly image: string;
  readonly mask_image: string;
  readonly num_inference_steps: number;
  readonly guidance_scale: number;
  readonly strength: number;
  readonly padding_mask_crop?: number;
  readonly num_images_per_prompt?: number;
}

interface Recorded {
  readonly diffusers: string;
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly width: number;
  readonly height: number;
  readonly cases: readonly Case[];
}

const { cases, diffusers, ...common } = JSON.parse(readFileSync(join(FOLDER, 'cases.json'), 'utf8')) as Recorded;
const picture = (name: string): Promise<Raster> => decodeImage(readFileSync(join(FOLDER, name)));

// Recorded by tools/export-onnx/record_inpaint_parity.py; the models are those of record_parity.py and a UNet of 9 channels, all random.
describe(`the pictures of diffusers ${diffusers} from the same weights and seed`, () => {
  it.each(cases)('$name', async (facts) => {
    await using folder = await temporaryFolder();
    await cp(join(MODELS, facts.name.startsWith('sdxl') ? 'sdxl' : 'sd'), folder.path, { recursive: true });
    if (facts.name.startsWith('sd9')) await cp(join(FOLDER, 'nine/unet'), join(folder.path, 'unet'), { recursive: true });
    await using sd = await loadStableDiffusion(fakeLoadContext(), weightsOf(folder.path));
    const painted = await inpaint(sd.withScheduler(createScheduler(facts.scheduler)), {
      ...common,
      image: await picture(facts.image),
      mask: await picture(facts.mask_image),
      seed: facts.seeds.length === 1 ? facts.seeds[0]! : facts.seeds,
      steps: facts.num_inference_steps,
      guidance: facts.guidance_scale,
      strength: facts.strength,
      paddingCrop: facts.padding_mask_crop,
      count: facts.num_images_per_prompt,
    });
    for (const [i, one] of painted.entries()) expectPicture(one, await picture(`${facts.name}-${i}.png`));
    if (painted.length !== facts.pictures) throw new Error(`${painted.length} pictures, where ${facts.pictures} were recorded`);
  });
});
