import type { Raster } from '@vision-sdk/image';
import { describe, expect, it } from 'vitest';
import { guessScales } from '../../src/controlnet/guess-scales.ts';
import {
  type Control,
  controlled,
  createScheduler,
  createStableDiffusion,
  type Plane,
  type StableDiffusionParts,
  type UnetInput,
  VISION_2_SCHEDULERS,
} from '../../src/index.ts';
import { goldenJson, goldenTensors, hasGoldens, valuesOf } from '../goldens.ts';

interface Run {
  readonly scheduler: string;
  readonly scheduler_config: Readonly<Record<string, unknown>>;
  readonly args: {
    readonly prompt: string;
    readonly negative_prompt: string;
    readonly guess_mode: boolean;
    readonly guidance_scale: number;
    readonly num_inference_steps: number;
    readonly width: number;
    readonly height: number;
  };
  readonly seeds: readonly number[];
  readonly loop_timesteps: readonly number[];
}

const DIFFERENCE = 1e-4;
const DOWN = [0, 1, 2, 3];
const MIDDLE = 'mid_block_additional_residual';
const nameOf = (i: number) => `down_block_${i}_additional_residual`;

/** The largest difference of any two values. */
function farthest(actual: Float32Array, expected: Float32Array): number {
  expect(actual).toHaveLength(expected.length);
  return actual.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
}

/** A recorded run of diffusers 0.25.1, whose networks answer what was recorded and compare what they are asked. */
class Recording {
  readonly run: Run;
  readonly #tensors;
  calls = { controlnet: 0, unet: 0, decoder: 0 };

  constructor(name: string) {
    this.run = goldenJson<Run>(`pipelines/${name}.json`);
    this.#tensors = goldenTensors(`pipelines/${name}.safetensors`);
  }

  plane(path: string): Plane {
    return { data: valuesOf(this.#tensors, path) as Float32Array, dims: this.#tensors.tensors.get(path)!.shape };
  }

  bytes(path: string): Uint8Array {
    return this.#tensors.tensors.get(path)!.bytes;
  }

  get picture(): Raster {
    const { shape, bytes } = this.#tensors.tensors.get('input/image')!;
    return { width: shape[1]!, height: shape[0]!, channels: shape.length === 2 ? 1 : 3, data: bytes };
  }

  #same(actual: Plane, path: string): void {
    const expected = this.plane(path);
    expect(actual.dims).toEqual(expected.dims);
    expect(farthest(actual.data, expected.data), path).toBeLessThan(DIFFERENCE);
  }

  get net(): Control['net'] {
    return {
      residuals: [...DOWN.map(nameOf), MIDDLE],
      predict: async (input) => {
        const call = `controlnet/${this.calls.controlnet++}`;
        expect(input.timestep).toBe(this.run.loop_timesteps[this.calls.controlnet - 1]);
        expect(input.scale).toBe(1);
        this.#same(input.sample, `${call}/sample`);
        if (call === 'controlnet/0') {
          expect(input.condition).toEqual(this.plane(`${call}/controlnet_cond`));
          this.#same(input.hiddenStates!, `${call}/encoder_hidden_states`);
        }
        return this.#residuals();
      },
    };
  }

  /** Those of the first call, which alone are recorded. In guess mode, diffusers' network weighs its blocks itself, an exported one leaves it to us. */
  #residuals(): Record<string, Plane> {
    const scales = guessScales(DOWN.length + 1);
    const unweighed = (path: string, i: number) => {
      const { data, dims } = this.plane(path);
      return { dims, data: this.run.args.guess_mode ? data.map((value) => value / scales[i]!) : data };
    };
    const down = DOWN.map((i) => [nameOf(i), unweighed(`controlnet/0/down_${i}`, i)] as const);
    return { ...Object.fromEntries(down), [MIDDLE]: unweighed('controlnet/0/mid', DOWN.length) };
  }

  get parts(): StableDiffusionParts {
    const { negative_prompt: negative } = this.run.args;
    const embeds = (path: string) => ({ last: this.plane(path), penultimate: undefined, pooled: undefined });
    return {
      scheduler: createScheduler({ ...this.run.scheduler_config, _class_name: this.run.scheduler }, VISION_2_SCHEDULERS),
      text: [
        {
          tokenizer: { encodePadded: (text: string) => [text === negative ? 0 : 1] },
          encoder: {
            encode: async (ids: readonly (readonly number[])[]) =>
              embeds(ids[0]![0] === 0 ? 'encoded/negative_prompt_embeds' : 'encoded/prompt_embeds'),
          },
        },
      ] as unknown as StableDiffusionParts['text'],
      unet: this.#unet,
      vaeDecoder: this.#decoder,
    };
  }

  get #unet(): StableDiffusionParts['unet'] {
    return {
      ...{ inChannels: 4, outChannels: 4, sampleSize: undefined, guidanceWidth: undefined },
      residuals: [...DOWN.map(nameOf), MIDDLE],
      takes: ['sample', 'timestep', 'encoder_hidden_states'],
      predict: async (input) => {
        const call = `unet/${this.calls.unet++}`;
        this.#same(input.sample, `${call}/sample`);
        if (call === 'unet/0') this.#compareFirst(input);
        for (const i of DOWN) this.#compareResidual(input.residuals![nameOf(i)]!, `controlnet/0/down_${i}`);
        return this.plane(`${call}/out`).data;
      },
    };
  }

  #compareFirst({ hiddenStates, residuals }: UnetInput): void {
    this.#same(hiddenStates!, 'unet/0/encoder_hidden_states');
    this.#same(residuals![MIDDLE]!, 'unet/0/mid_block_additional_residual');
  }

  /** What the UNet adds: in guess mode nothing to the unconditional half. */
  #compareResidual({ data, dims }: Plane, path: string): void {
    const recorded = this.plane(path);
    const half = this.run.args.guess_mode ? recorded.data.length : 0;
    expect(dims[0]).toBe(2);
    expect(data.subarray(0, half).every((value) => value === 0)).toBe(true);
    expect(farthest(data.subarray(half), recorded.data)).toBeLessThan(DIFFERENCE);
  }

  get #decoder(): StableDiffusionParts['vaeDecoder'] {
    const { width, height } = this.run.args;
    return {
      ...{ scale: 8, latentChannels: 4, scalingFactor: 0.18215 },
      decode: async ({ data, dims }: Plane) => {
        this.calls.decoder++;
        const scaled = { dims, data: data.map((value) => value * 0.18215) };
        this.#same(scaled, `latents/${this.run.loop_timesteps.length - 1}`);
        return { dims: [1, 3, height, width], data: toPixels(this.plane('image').data) };
      },
    } as StableDiffusionParts['vaeDecoder'];
  }
}

/** Pixels side by side of 0 to 1 as planes of -1 to 1. */
function toPixels(image: Float32Array): Float32Array {
  const area = image.length / 3;
  return Float32Array.from(image, (_, i) => image[(i % area) * 3 + Math.floor(i / area)]! * 2 - 1);
}

const here = hasGoldens('pipelines');

describe.skipIf(!here)(here ? 'ControlNet runs of diffusers 0.25.1' : 'ControlNet runs: VISION_GOLDENS has no numerics/pipelines', () => {
  it.each(['controlnet_ddpm_cfg', 'controlnet_guess_mode'])(
    '%s: prompts, control picture, every call, residuals and the last byte',
    async (name) => {
      const recording = new Recording(name);
      const { args, seeds, loop_timesteps: timesteps } = recording.run;
      const steps: [number, number][] = [];
      const request = {
        ...{ prompt: args.prompt, negativePrompt: args.negative_prompt, width: args.width, height: args.height, seed: seeds[0]! },
        ...{ guidance: args.guidance_scale, steps: args.num_inference_steps, guessMode: args.guess_mode },
        controls: [{ net: recording.net, image: recording.picture }],
      };
      const sd = createStableDiffusion(recording.parts);
      const [picture] = await controlled(sd, request, { onStep: (step, total) => steps.push([step, total]) });
      expect(recording.calls).toEqual({ controlnet: timesteps.length, unet: timesteps.length, decoder: 1 });
      expect(steps.at(-1)).toEqual([timesteps.length, timesteps.length]);
      const expected = recording.bytes('image_u8');
      const off = picture!.data.filter((byte, i) => byte !== expected[i]);
      expect(picture!.data.every((byte, i) => Math.abs(byte - expected[i]!) <= 1)).toBe(true);
      expect(off.length).toBeLessThan(expected.length / 1000);
    },
  );
});
