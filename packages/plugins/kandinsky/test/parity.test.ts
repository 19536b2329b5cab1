import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fakeLoadContext } from '@vision-sdk/core/testing';
import { createScheduler, diffusersWeights } from '@vision-sdk/diffusion';
import { decodeImage, type RgbRaster } from '@vision-sdk/image';
import { afterAll, describe, expect, it } from 'vitest';
import { blendImage, repaintImage } from '../src/image-to-image.ts';
import { inpaint } from '../src/inpaint.ts';
import { COMPONENTS, loadKandinsky } from '../src/load.ts';
import { textToImage } from '../src/text-to-image.ts';

const FOLDER = join(import.meta.dirname, 'fixtures/parity');

interface Case {
  readonly name: string;
  readonly kind: 'words' | 'blend' | 'latents' | 'inpaint';
  readonly seeds: readonly number[];
  readonly count: number;
  readonly width: number;
  readonly height: number;
  readonly negativePrompt: string | null;
  readonly prior: { readonly num_inference_steps: number; readonly guidance_scale: number };
  readonly scheduler: Readonly<Record<string, unknown>>;
  readonly steps: number;
  readonly guidance: number;
  readonly strength: number;
}

interface Recorded {
  readonly diffusers: string;
  readonly prompt: string;
  readonly cases: readonly Case[];
}

const recorded = JSON.parse(readFileSync(join(FOLDER, 'cases.json'), 'utf8')) as Recorded;
const picture = (name: string): Promise<RgbRaster> => decodeImage(readFileSync(join(FOLDER, name)));

// Recorded by tools/export-onnx/record_kandinsky.py: the models, exported by that tool, are random, and nothing is replaced by recorded numbers.
describe(`the pictures of diffusers ${recorded.diffusers} from the same weights and seed`, async () => {
  const weights = diffusersWeights(join(FOLDER, 'model'), { components: COMPONENTS, licence: 'MIT' });
  const loaded = await loadKandinsky(fakeLoadContext(), weights);
  afterAll(() => loaded[Symbol.asyncDispose]());

  it.each(recorded.cases)('$name', async (facts) => {
    const made = await paint(facts);
    expect(made).toHaveLength(facts.count);
    for (const [index, one] of made.entries()) expectPicture(one, await picture(`${facts.name}-${index}.png`));
  });

  async function paint({ kind, seeds, negativePrompt, prior, scheduler, ...facts }: Case) {
    const options = {
      ...facts,
      prompt: recorded.prompt,
      negativePrompt: negativePrompt ?? undefined,
      prior: { steps: prior.num_inference_steps, guidance: prior.guidance_scale },
      seed: seeds,
    };
    const learnsVariance = scheduler._class_name === 'DDPMScheduler';
    const parts = { ...loaded, scheduler: createScheduler(scheduler), learnsVariance };
    if (kind === 'words') return textToImage(parts, options);
    if (kind === 'inpaint') return inpaint(parts, { ...options, image: await picture('whole.png'), mask: await picture('mask.png') });
    const image = kind === 'blend' ? await picture('image.png') : await picture(facts.width === 72 ? 'whole.png' : 'smaller.png');
    return (kind === 'blend' ? blendImage : repaintImage)(parts, { ...options, image });
  }
});

/** Of at most a thousandth of the bytes another, by one. */
function expectPicture(made: { readonly width: number; readonly data: Uint8Array }, expected: RgbRaster): void {
  expect(made).toMatchObject({ width: expected.width, height: expected.height });
  const differences = [...made.data].map((byte, i) => Math.abs(byte - expected.data[i]!)).filter((difference) => difference > 0);
  expect(Math.max(0, ...differences)).toBeLessThanOrEqual(1);
  expect(differences.length / made.data.length).toBeLessThan(0.001);
}
