import { readFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { fakeLoadContext } from '@vision-sdk/core/testing';
import { decodeImage, type Raster } from '@vision-sdk/image';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ControlledDiffusion,
  controlled,
  controlledWeights,
  controlNetWeights,
  createScheduler,
  loadControlled,
  type Plane,
  textToImage,
} from '../../src/index.ts';
import { expectPicture } from '../recorded-run.ts';
import { temporaryFolder } from '../stable/tiny.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures');
const BASE = join(FIXTURES, 'parity');
const FOLDER = join(FIXTURES, 'control-parity');
const LICENCE = { licence: 'MIT' };

interface RecordedControl {
  readonly net: 'net' | 'other' | 'xl';
  readonly image: string;
  readonly scale: number;
  readonly from: number;
  readonly to: number;
}

interface Case {
  readonly name: string;
  readonly prompt: string;
  readonly seed: number;
  readonly scheduler: Readonly<Record<string, unknown>>;
  readonly controls: readonly RecordedControl[];
  readonly pictures: number;
  readonly num_inference_steps: number;
  readonly guidance_scale: number;
  readonly guess_mode?: boolean;
}

interface Recorded {
  readonly diffusers: string;
  readonly negativePrompt: string;
  readonly width: number;
  readonly height: number;
  readonly cases: readonly Case[];
}

const recorded = JSON.parse(readFileSync(join(FOLDER, 'cases.json'), 'utf8')) as Recorded;
const picture = (name: string): Promise<Raster> => decodeImage(readFileSync(join(FOLDER, name)));

/** Loads a recorded model with a UNet that takes residuals in place of its own. */
async function load(model: string, unet: string, nets: Readonly<Record<string, string>>): Promise<ControlledDiffusion> {
  await using folder = await temporaryFolder();
  for (const part of [model, unet]) await cp(part, folder.path, { recursive: true });
  const sources = Object.entries(nets).map(([name, path]) => [name, controlNetWeights(path, LICENCE)] as const);
  return await loadControlled(fakeLoadContext(), { model: controlledWeights(folder.path, LICENCE), nets: Object.fromEntries(sources) });
}

// Recorded by tools/export-onnx/record_control_parity.py: nothing is replaced by recorded numbers.
describe(`the controlled pictures of diffusers ${recorded.diffusers} from the same weights and seed`, () => {
  const models: Partial<Record<'sd' | 'sdxl', ControlledDiffusion>> = {};

  beforeAll(async () => {
    const nets = { net: join(BASE, 'control/controlnet'), other: join(FOLDER, 'other') };
    models.sd = await load(join(BASE, 'sd'), join(BASE, 'control'), nets);
    models.sdxl = await load(join(BASE, 'sdxl'), join(FOLDER, 'xl/model'), { xl: join(FOLDER, 'xl/net') });
  });

  afterAll(async () => {
    for (const model of Object.values(models)) await model[Symbol.asyncDispose]();
  });

  async function draw(facts: Case, change: Partial<Pick<RecordedControl, 'scale'>> = {}): Promise<readonly Raster[]> {
    const { sd, nets } = models[facts.name.startsWith('sdxl') ? 'sdxl' : 'sd']!;
    const controls = facts.controls.map(async ({ net, image, ...how }) => ({
      ...nets[net]!,
      image: await picture(image),
      ...how,
      ...change,
    }));
    const { negativePrompt, width, height } = recorded;
    const { prompt, seed, num_inference_steps: steps, guidance_scale: guidance, pictures: count, guess_mode: guessMode } = facts;
    const asked = { prompt, negativePrompt, width, height, seed, steps, guidance, count, guessMode, controls: await Promise.all(controls) };
    return controlled(sd.withScheduler(createScheduler(facts.scheduler)), asked);
  }

  it.each(recorded.cases)('$name', async (facts) => {
    const pictures = await draw(facts);
    expect(pictures).toHaveLength(facts.pictures);
    for (const [i, drawn] of pictures.entries()) expectPicture(drawn, await picture(`${facts.name}-${i}.png`));
  });

  it.each(recorded.cases)('$name is not what the model draws by itself', async (facts) => {
    const [alone] = await draw(facts, { scale: 0 });
    const expected = await picture(`${facts.name}-0.png`);
    expect(alone!.data.filter((byte, i) => Math.abs(byte - expected.data[i]!) > 1).length).toBeGreaterThan(100);
  });

  it.each(['sd', 'sdxl'] as const)('of %s, without a ControlNet, are those that zeros of every shape give', async (kind) => {
    const { sd, nets } = models[kind]!;
    const { net } = Object.values(nets)[0]!;
    const { negativePrompt, width, height } = recorded;
    const asked = { prompt: 'a red barn', negativePrompt, width, height, seed: 7, steps: 4, guidance: 3 };
    const condition: Plane = { dims: [2, 3, height, width], data: new Float32Array(2 * 3 * height * width) };
    const [expected] = await textToImage(sd, {
      ...asked,
      control: (_, conditioning) => (call) => net.predict({ ...conditioning, ...call, condition, scale: 0 }),
    });
    expect((await textToImage(sd, asked))[0]).toEqual(expected);
  });
});
