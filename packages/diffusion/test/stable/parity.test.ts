import { readFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { fakeLoadContext } from '@vision-sdk/core/testing';
import { decodeImage, type Raster } from '@vision-sdk/image';
import { afterAll, beforeAll, describe, it } from 'vitest';
import {
  ControlNet,
  controlled,
  createScheduler,
  imageToImage,
  inpaint,
  loadStableDiffusion,
  type StableDiffusion,
  textToImage,
} from '../../src/index.ts';
import { expectPicture } from '../recorded-run.ts';
import { temporaryFolder, weightsOf } from './tiny.ts';

const FOLDER = join(import.meta.dirname, '../fixtures/parity');

interface Case {
  readonly name: string;
  readonly model: string;
  readonly seed: number;
  readonly scheduler: Readonly<Record<string, unknown>>;
  readonly num_inference_steps: number;
  readonly guidance_scale: number;
  readonly strength?: number;
  readonly controlnet_conditioning_scale?: number;
}

interface Recorded {
  readonly diffusers: string;
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly cases: readonly Case[];
}

const recorded = JSON.parse(readFileSync(join(FOLDER, 'cases.json'), 'utf8')) as Recorded;
const picture = (name: string): Promise<Raster> => decodeImage(readFileSync(join(FOLDER, name)));

// Recorded by tools/export-onnx/record_parity.py: the models, exported by that tool, are random, and nothing is replaced by recorded numbers.
describe(`the pictures of diffusers ${recorded.diffusers} from the same weights and seed`, () => {
  const models = new Map<string, StableDiffusion>();

  beforeAll(async () => {
    for (const name of new Set(recorded.cases.map(({ model }) => model)))
      models.set(name, await loadStableDiffusion(fakeLoadContext(), weightsOf(join(FOLDER, name))));
  });

  afterAll(async () => {
    for (const model of models.values()) await model[Symbol.asyncDispose]();
  });

  it.each(recorded.cases.filter(({ name }) => name !== 'sd-control'))('$name', async (facts) => {
    const sd = models.get(facts.model)!.withScheduler(createScheduler(facts.scheduler));
    const [drawn] = await draw(sd, facts);
    expectPicture(drawn!, await picture(`${facts.name}.png`));
  });

  it('sd-control', async () => {
    const facts = recorded.cases.find(({ name }) => name === 'sd-control')!;
    await using folder = await temporaryFolder();
    for (const part of ['sd', 'control']) await cp(join(FOLDER, part), folder.path, { recursive: true });
    await using sd = await loadStableDiffusion(fakeLoadContext(), weightsOf(folder.path));
    await using net = await ControlNet.load(join(folder.path, 'controlnet/model.onnx'));
    const image = await picture('image.png');
    const asked = { ...request(facts), width: image.width, height: image.height };
    const controls = [{ net, image, scale: facts.controlnet_conditioning_scale! }];
    const [drawn] = await controlled(sd.withScheduler(createScheduler(facts.scheduler)), { ...asked, controls });
    expectPicture(drawn!, await picture('sd-control.png'));
  });
});

function request({ seed, num_inference_steps: steps, guidance_scale: guidance }: Case) {
  const { prompt, negativePrompt } = recorded;
  return { prompt, negativePrompt, seed, steps, guidance };
}

async function draw(sd: StableDiffusion, facts: Case): Promise<readonly Raster[]> {
  const image = await picture('image.png');
  const { width, height } = image;
  const kind = facts.name.split('-')[1]!;
  if (kind === 'image') return imageToImage(sd, { ...request(facts), image, strength: facts.strength! });
  if (kind === 'inpaint4') return inpaint(sd, { ...request(facts), image, mask: await picture('mask.png'), strength: facts.strength! });
  return textToImage(sd, { ...request(facts), width, height });
}
