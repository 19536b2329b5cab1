import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fakeLoadContext } from '@vision-sdk/core/testing';
import { diffusersWeights } from '@vision-sdk/diffusion';
import { decodeImage, type Raster } from '@vision-sdk/image';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repaintImage } from '../src/image-to-image.ts';
import { inpaint } from '../src/inpaint.ts';
import { COMPONENTS, type Kandinsky, loadKandinsky } from '../src/load.ts';
import { textToImage } from '../src/text-to-image.ts';

const FOLDER = join(import.meta.dirname, 'fixtures/parity');

interface Facts {
  readonly diffusers: string;
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly size: number;
  readonly strength: number;
  readonly steps: number;
  readonly priorSteps: number;
  readonly guidance: number;
  readonly seeds: Readonly<Record<'words' | 'image' | 'hole', number>>;
}

const facts = JSON.parse(readFileSync(join(FOLDER, 'facts.json'), 'utf8')) as Facts;
const picture = (name: string): Promise<Raster> => decodeImage(readFileSync(join(FOLDER, `${name}.png`)));

// Recorded by tools/export-onnx/record_kandinsky.py: the weights, exported by that tool, are random, and nothing is replaced by recorded numbers.
describe(`the pictures of diffusers ${facts.diffusers} from the same weights and seed`, () => {
  let kandinsky: Kandinsky;

  beforeAll(async () => {
    const weights = diffusersWeights(join(FOLDER, 'model'), { components: COMPONENTS, licence: 'MIT' });
    kandinsky = await loadKandinsky(fakeLoadContext(), weights);
  });

  afterAll(() => kandinsky[Symbol.asyncDispose]());

  const { prompt, negativePrompt, size, steps, guidance, strength } = facts;
  const asked = { prompt, negativePrompt, width: size, height: size, steps, guidance, prior: { steps: facts.priorSteps, guidance: 1 } };

  it('from words', async () => {
    const [drawn] = await textToImage(kandinsky, { ...asked, seed: facts.seeds.words });
    expectClose(drawn!, await picture('drawn-words'));
  });

  it('from a picture', async () => {
    const [drawn] = await repaintImage(kandinsky, { ...asked, image: await picture('image'), strength, seed: facts.seeds.image });
    expectClose(drawn!, await picture('drawn-image'));
  });

  it('into a hole', async () => {
    const [image, mask] = await Promise.all([picture('image'), picture('mask')]);
    const [drawn] = await inpaint(kandinsky, { ...asked, image, mask, seed: facts.seeds.hole });
    expectClose(drawn!, await picture('drawn-hole'));
  });
});

/** At most 1 off, in fewer than one of 1,000 values: float32 sums are in another order. */
function expectClose(actual: Raster, expected: Raster): void {
  expect([actual.width, actual.height]).toEqual([expected.width, expected.height]);
  const off = actual.data.map((byte, i) => Math.abs(byte - expected.data[i]!));
  expect(Math.max(...off)).toBeLessThanOrEqual(1);
  expect(off.filter((difference) => difference > 0).length).toBeLessThan(off.length / 1000);
}
