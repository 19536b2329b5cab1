import type { Raster } from '@vision-sdk/image';
import { describe, expect, it } from 'vitest';
import {
  createGenerator,
  createScheduler,
  createStableDiffusion,
  type Generator,
  hideMasked,
  inpaint,
  type Safetensors,
  type StableDiffusion,
  type StableDiffusionParts,
  scale,
  startOfStrength,
  toMask,
  toVaePixels,
  uncrop,
  VISION_2_SCHEDULERS,
} from '../../src/index.ts';
import { goldenJson, goldenTensors, hasGoldens, valuesOf } from '../goldens.ts';

interface Pipeline {
  readonly pipeline: string;
  readonly scheduler: string;
  readonly scheduler_config: Readonly<Record<string, unknown>>;
  readonly args: {
    readonly prompt: string;
    readonly negative_prompt?: string;
    readonly guidance_scale: number;
    readonly num_inference_steps: number;
    readonly strength?: number;
  };
  readonly seeds: readonly [number];
  readonly randn: readonly unknown[];
  readonly loop_timesteps: readonly number[];
}

const here = hasGoldens('pipelines');
const LATENTS = 1e-4;

/** A recorded run, whose model calls are answered with what was recorded, and whose draws, inputs and latents are compared. */
class Recording {
  readonly run: Pipeline;
  readonly #tensors: Safetensors;
  readonly scaling: number;
  readonly scheduler: ReturnType<typeof createScheduler>;
  draws = 0;
  calls = 0;
  decoded: Float32Array | undefined;
  readonly encoded: Float32Array[] = [];

  constructor(name: string) {
    this.run = goldenJson<Pipeline>(`pipelines/${name}.json`);
    this.#tensors = goldenTensors(`pipelines/${name}.safetensors`);
    this.scaling = this.xl ? 0.13025 : 0.18215;
    this.scheduler = createScheduler({ ...this.run.scheduler_config, _class_name: this.run.scheduler }, VISION_2_SCHEDULERS);
  }

  get xl(): boolean {
    return this.run.pipeline.includes('XL');
  }

  values(path: string): Float32Array {
    return valuesOf(this.#tensors, path) as Float32Array;
  }

  shape(path: string): readonly number[] {
    return this.#tensors.tensors.get(path)!.shape;
  }

  plane(path: string) {
    return { data: this.values(path), dims: this.shape(path) };
  }

  picture(path: string): Raster {
    const { shape, bytes } = this.#tensors.tensors.get(path)!;
    return { width: shape.at(-2)!, height: shape.at(-3)!, channels: 3, data: new Uint8Array(bytes) };
  }

  mask(): Raster {
    const { shape, bytes } = this.#tensors.tensors.get('input/mask')!;
    return { width: shape[1]!, height: shape[0]!, channels: 1, data: new Uint8Array(bytes) };
  }

  get last(): Float32Array {
    return this.values(`latents/${this.run.loop_timesteps.length - 1}`);
  }

  /** torch's generator of the recorded seed; each draw must be the recorded one to the bit. */
  generator(): Generator {
    const generator = createGenerator(this.run.seeds[0]);
    const randn: Generator['randn'] = (count, options) => {
      const noise = generator.randn(count, options);
      expect(noise).toEqual(this.values(`randn/${this.draws++}`));
      return noise;
    };
    return Object.assign(Object.create(generator) as Generator, { randn });
  }

  /** Channels of the first model input. */
  channels(from: number, to: number): Float32Array {
    const area = this.shape('unet/0/sample')
      .slice(2)
      .reduce((product, side) => product * side, 1);
    return this.values('unet/0/sample').slice(from * area, to * area);
  }

  /** What the encoder gave for the picture, or for the masked picture, worked out from what came after. */
  #latents(): Float32Array {
    const told = this.shape('unet/0/sample')[1] === 9;
    const { strength = 1, num_inference_steps: steps } = this.run.args;
    if (told) return scale(this.channels(5, 9), 1 / this.scaling);
    const run = this.scheduler.run(steps);
    const start = startOfStrength(steps, strength);
    const factor = run.scaleModelInput(Float32Array.of(1), start)[0]!;
    const level = run.addNoise(Float32Array.of(0), Float32Array.of(1), start)[0]!;
    const noise = this.values('randn/1');
    return scale(
      this.channels(0, 4).map((value, i) => value / factor - level * noise[i]!),
      1 / this.scaling,
    );
  }

  model(): StableDiffusion {
    const { args } = this.run;
    const dims = this.shape('latents/0');
    const parts: StableDiffusionParts = {
      scheduler: this.scheduler,
      scalingFactor: this.scaling,
      text: [
        {
          tokenizer: { encodePadded: (text) => Int32Array.of(text === args.prompt ? 1 : 0) as never },
          encoder: {
            encode: async (ids: readonly (readonly number[])[]) => {
              const which = ids[0]![0] === 1 ? '' : 'negative_';
              const last = this.plane(`encoded/${which}prompt_embeds`);
              return {
                last,
                penultimate: this.xl ? last : undefined,
                pooled: this.xl ? this.plane(`encoded/${which}pooled_prompt_embeds`) : undefined,
              };
            },
          } as StableDiffusionParts['text'][number]['encoder'],
        },
      ],
      vaeEncoder: {
        scale: 8,
        latentChannels: 4,
        encode: async (pixels, noise) => {
          this.encoded.push(pixels.data);
          expect(pixels.dims).toEqual([1, 3, dims[2]! * 8, dims[3]! * 8]);
          noise();
          return { data: this.#latents(), dims };
        },
      },
      vaeDecoder: {
        scale: 8,
        latentChannels: 4,
        scalingFactor: this.scaling,
        decode: async ({ data }) => {
          expect(farthest(scale(data, this.scaling), this.last)).toBeLessThan(LATENTS);
          return { data: planesOf(this.values('image'), this.shape('image')), dims: [1, 3, dims[2]! * 8, dims[3]! * 8] };
        },
      },
      unet: {
        inChannels: this.shape('unet/0/sample')[1]!,
        outChannels: 4,
        sampleSize: undefined,
        guidanceWidth: undefined,
        residuals: [],
        takes: this.xl
          ? ['sample', 'timestep', 'encoder_hidden_states', 'text_embeds', 'time_ids']
          : ['sample', 'timestep', 'encoder_hidden_states'],
        predict: async (input) => {
          const call = this.calls++;
          expect(input.timestep).toBe(this.run.loop_timesteps[call]);
          expect(input.sample.dims).toEqual(this.shape(`unet/${call}/sample`));
          expect(farthest(input.sample.data, this.values(`unet/${call}/sample`))).toBeLessThan(LATENTS);
          expect(input.hiddenStates).toEqual(this.plane('unet/0/encoder_hidden_states'));
          if (this.xl) expect([input.textEmbeds, input.timeIds]).toEqual([this.plane('unet/0/text_embeds'), this.plane('unet/0/time_ids')]);
          return this.values(`unet/${call}/out`);
        },
      },
    };
    return createStableDiffusion(parts);
  }

  options() {
    const { prompt, negative_prompt: negativePrompt, guidance_scale: guidance, num_inference_steps: steps, strength } = this.run.args;
    return { prompt, negativePrompt, guidance, steps, strength, seed: this.generator() };
  }

  /** Everything was asked for that was recorded, in its order. */
  done(): void {
    expect(this.draws).toBe(this.run.randn.length);
    expect(this.calls).toBe(this.run.loop_timesteps.length);
  }
}

/** Recorded pictures are of 0 to 1 and have their channels last; a decoder gives -1 to 1, channels first. */
function planesOf(values: Float32Array, [, height = 0, width = 0]: readonly number[]): Float32Array {
  const area = width * height;
  return Float32Array.from(values, (_, i) => 2 * values[(i % area) * 3 + Math.floor(i / area)]! - 1);
}

function farthest(actual: Float32Array, expected: Float32Array): number {
  expect(actual).toHaveLength(expected.length);
  return actual.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
}

describe.skipIf(!here)(here ? 'inpainting, replayed' : 'inpainting: VISION_GOLDENS has no numerics/pipelines', () => {
  it.each(['sd_inpaint9_ddpm', 'sd_inpaint4_euler', 'sdxl_inpaint4', 'uncrop_inpaint9'])(
    '%s: draws, model inputs, latents and the final picture',
    async (name) => {
      const recording = new Recording(name);
      const [image, mask] = [recording.picture('input/image'), recording.mask()];
      const [picture] = await inpaint(recording.model(), { ...recording.options(), image, mask });
      recording.done();
      expect(picture).toEqual(recording.picture('image_u8'));
    },
  );

  it('uncrop_inpaint9: the same from the picture alone, whose pixels stay', async () => {
    const recording = new Recording('uncrop_inpaint9');
    const canvas = recording.picture('input/image');
    const image = part(canvas, [24, 8], [48, 48]);
    const padding = { left: 24, right: 24, top: 8, bottom: 8 };
    const options = { ...recording.options(), image, padding, feather: 0 };
    const [picture] = await uncrop(recording.model(), options);
    recording.done();
    expect(part(picture!, [24, 8], [48, 48])).toEqual(image);
    const expected = recording.picture('image_u8');
    expected.data.forEach((byte, i) => {
      const [x, y] = [Math.floor(i / 3) % 96, Math.floor(i / 288)];
      if (x < 24 || x >= 72 || y < 8 || y >= 56) expect(picture!.data[i]).toBe(byte);
    });
    // Whatever the new area was filled with, the encoder is shown the picture on grey, as it was recorded.
    const shown = hideMasked(toVaePixels(canvas), toMask(recording.mask()));
    expect(farthest(recording.encoded[0]!, shown)).toBe(0);
  });
});

function part({ width, channels, data }: Raster, [left, top]: readonly [number, number], [w, h]: readonly [number, number]): Raster {
  const rows = Array.from({ length: h }, (_, y) => [
    ...data.subarray(((top + y) * width + left) * channels, ((top + y) * width + left + w) * channels),
  ]);
  return { width: w, height: h, channels, data: Uint8Array.from(rows.flat()) };
}
