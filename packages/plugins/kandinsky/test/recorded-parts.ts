import {
  createScheduler,
  type Generator,
  loadClipTokenizer,
  type Plane,
  type Scheduler,
  type UnetInput,
  VISION_2_SCHEDULERS,
} from '@vision-sdk/diffusion';
import { expect } from 'vitest';
import type { PriorInput } from '../src/components/prior.ts';
import type { KandinskyParts } from '../src/parts.ts';
import { goldenPath, Recording } from './goldens.ts';

const DIFFERENCE = 1e-4;

/** Statistics of the recorded prior, worked out from two embeddings of the text-to-image run and the latents that they had been, which follow from the prior's last answers alone. */
function statistics() {
  const recording = new Recording('k22_t2i');
  const embeddings = recording.floats('unet/0/image_embeds');
  const run = createScheduler({ ...recording.run.prior_scheduler_config, _class_name: 'UnCLIPScheduler' }).run(25);
  const ended = (call: number) => run.step(recording.floats(`prior/${call}/out`), 24, recording.floats(`prior/${call}/sample`));
  const [positive, negative] = [ended(24), ended(49)];
  const width = positive.length;
  const deviation = positive.map((value, i) => (embeddings[width + i]! - embeddings[i]!) / (value - negative[i]!));
  return { deviation, mean: positive.map((value, i) => embeddings[width + i]! - value * deviation[i]!) };
}

/** The largest difference of any two values. */
export function farthest(actual: Float32Array, expected: Float32Array): number {
  expect(actual).toHaveLength(expected.length);
  return actual.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
}

/** A generator whose every draw must be the recorded one to the bit. */
export function checkedDraws(recording: Recording, generator: Generator): { readonly generator: Generator; readonly drawn: () => number } {
  let drawn = 0;
  const randn: Generator['randn'] = (count, options) => {
    const noise = generator.randn(count, options);
    expect(noise).toEqual(recording.floats(`randn/${drawn++}`));
    return noise;
  };
  return { generator: { ...generator, randn }, drawn: () => drawn };
}

/** Kandinsky whose components answer what was recorded, and hold what they are asked against what was asked then. */
export async function recordedParts(recording: Recording): Promise<KandinskyParts & { readonly calls: () => readonly number[] }> {
  const calls = { text: 0, prior: 0, unet: 0 };
  const [width, { mean, deviation }] = [recording.dims('prior/0/out')[1]!, statistics()];
  const scheduler = createScheduler({ ...recording.run.scheduler_config, _class_name: 'DDPMScheduler' }, VISION_2_SCHEDULERS);
  const channels = recording.dims('unet/0/sample')[1]!;
  const unet = {
    inChannels: channels,
    outChannels: 8,
    sampleSize: 8,
    residuals: [],
    takes: [],
    guidanceWidth: undefined,
    predict: predictNoise,
  };
  const same = (actual: Plane, path: string) => {
    expect(actual.dims).toEqual(recording.dims(path));
    expect(farthest(actual.data, recording.floats(path))).toBeLessThan(DIFFERENCE);
  };

  async function predictNoise({ sample, timestep, imageEmbeds }: UnetInput) {
    expect(timestep).toBe(recording.run.loop_timesteps[calls.unet]);
    same(sample, `unet/${calls.unet}/sample`);
    same(imageEmbeds!, 'unet/0/image_embeds');
    return recording.floats(`unet/${calls.unet++}/out`);
  }

  async function predictEmbedding({ sample, timestep, text }: PriorInput) {
    expect(timestep).toBe(recording.run.prior_timesteps[calls.prior % recording.run.prior_steps]);
    same(sample, `prior/${calls.prior}/sample`);
    if (calls.prior === 0) {
      same(text.pooled, 'prior/0/proj_embedding');
      same(text.states, 'prior/0/encoder_hidden_states');
      expect(Array.from(text.mask.data)).toEqual(Array.from(recording.bytes('prior/0/attention_mask')));
    }
    return recording.floats(`prior/${calls.prior++}/out`);
  }

  async function encodeText(ids: readonly (readonly number[])[]) {
    expect(ids).toEqual([recording.ids(`text_encoder/${calls.text}/input_ids`)]);
    const pooled = recording.plane(`text_encoder/${calls.text++}/text_embeds`);
    // The states of the second prompt were not recorded; they would change nothing here, as the prior's answers are.
    return { last: recording.plane('prior/0/encoder_hidden_states'), penultimate: undefined, pooled };
  }

  return {
    calls: () => [calls.text, calls.prior, calls.unet],
    tokenizer: await loadClipTokenizer(goldenPath('clip/vocab')),
    textEncoder: { encode: encodeText },
    imageEncoder: { side: 224, embed: embedPicture },
    prior: {
      width,
      predict: predictEmbedding,
      finish: (latents) => latents.map((value, i) => value * deviation[i % width]! + mean[i % width]!),
    },
    priorScheduler: createScheduler({ ...recording.run.prior_scheduler_config, _class_name: 'UnCLIPScheduler' }, VISION_2_SCHEDULERS),
    unet: { ...unet, inChannels: 4 },
    inpaintUnet: channels === 4 ? undefined : unet,
    movqEncoder: { scale: 8, latentChannels: 4, encode: encodeLatents },
    movqDecoder: { scale: 8, latentChannels: 4, scalingFactor: undefined, decode: decodeRecorded },
    scheduler: checkedSteps(scheduler, recording),
    learnsVariance: true,
    ...(channels === 4 ? { unet } : {}),
  };

  async function embedPicture(pixels: Plane): Promise<Plane> {
    const picture = recording.has('image_encoder/1/pixel_values');
    if (!picture || pixels.data.every((value) => value === 0)) return recording.plane('image_encoder/0/image_embeds');
    expect(pixels.data).toEqual(recording.floats('image_encoder/1/pixel_values'));
    return recording.plane('image_encoder/1/image_embeds');
  }

  /** Kept latents as the UNet saw them; what is in the hole is overwritten anyway. */
  async function encodeLatents({ data, dims }: Plane): Promise<Plane> {
    const [, height = 0, width = 0] = [0, ...dims.slice(2)];
    const picture = recording.bytes('input/image');
    const pixels = Float32Array.from({ length: data.length }, (_, i) => {
      const [channel, place] = [Math.floor(i / (height * width)), i % (height * width)];
      return Math.fround(picture[place * 3 + channel]! / 127.5) - 1;
    });
    expect(farthest(data, pixels)).toBe(0);
    const { data: seen, dims: seenDims } = recording.plane('unet/0/sample');
    const size = seenDims[2]! * seenDims[3]!;
    return { data: seen.slice(4 * size, 8 * size), dims: [1, 4, seenDims[2]!, seenDims[3]!] };
  }

  /** Recorded latents with what is kept put back, where there is a mask: its channel and those of the kept latents follow the latents in the input. */
  function withKept(latents: Float32Array): Float32Array {
    if (channels === 4) return latents;
    const seen = recording.floats('unet/0/sample');
    const size = latents.length / 4;
    return latents.map((value, i) => (seen[8 * size + (i % size)] === 1 ? seen[4 * size + i]! : value));
  }

  async function decodeRecorded(latents: Plane): Promise<Plane> {
    const last = `sched_prev/${recording.run.loop_timesteps.length - 1}`;
    expect(latents.dims).toEqual(recording.dims(last));
    expect(farthest(latents.data, withKept(recording.floats(last)))).toBeLessThan(DIFFERENCE);
    const { data, dims } = recording.plane('image');
    const [, height = 0, width = 0] = dims;
    const plane = height * width;
    const values = Float32Array.from({ length: data.length }, (_, i) => 2 * data[(i % plane) * 3 + Math.floor(i / plane)]! - 1);
    return { data: values, dims: [1, 3, height, width] };
  }
}

/** A scheduler whose every step must come out as recorded. */
function checkedSteps(scheduler: Scheduler, recording: Recording): Scheduler {
  return {
    ...scheduler,
    run(plan, options) {
      const run = scheduler.run(plan, options);
      const step: typeof run.step = (output, index, sample, stepOptions) => {
        const latents = run.step(output, index, sample, stepOptions);
        expect(farthest(latents, recording.floats(`sched_prev/${index}`))).toBeLessThan(DIFFERENCE);
        return latents;
      };
      return { ...run, step };
    },
  };
}
