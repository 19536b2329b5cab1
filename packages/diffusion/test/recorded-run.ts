import type { Raster } from '@vision-sdk/image';
import { expect } from 'vitest';
import {
  createGenerator,
  createScheduler,
  createStableDiffusion,
  type Generator,
  type Plane,
  type Safetensors,
  type Scheduler,
  type StableDiffusion,
  type StableDiffusionParts,
  scale,
  startOfStrength,
  type UnetInput,
  VISION_2_SCHEDULERS,
} from '../src/index.ts';
import { goldenJson, goldenTensors, valuesOf } from './goldens.ts';

/** What is known of a run besides its tensors. */
export interface RunFacts {
  readonly pipeline: string;
  readonly scheduler: string;
  readonly scheduler_config: Readonly<Record<string, unknown>>;
  readonly args: {
    readonly prompt: string | readonly string[];
    readonly negative_prompt?: string | readonly string[];
    readonly guidance_scale: number;
    readonly num_inference_steps: number;
    readonly width?: number;
    readonly height?: number;
    readonly strength?: number;
    readonly guess_mode?: boolean;
    readonly original_size?: readonly [number, number];
    readonly target_size?: readonly [number, number];
    readonly crops_coords_top_left?: readonly [number, number];
  };
  readonly seeds: readonly number[];
  readonly randn: readonly unknown[];
  readonly loop_timesteps: readonly number[];
}

type Tower = StableDiffusionParts['text'][number];
/** Recorded values and ours differ by no more. */
export const DIFFERENCE = 1e-4;
const VAE_SCALE = 8;
const XL_INPUTS = ['sample', 'timestep', 'encoder_hidden_states', 'text_embeds', 'time_ids'];

/**
 * A recorded run of diffusers as a Stable Diffusion model: its networks answer what was recorded and compare what they are asked, the generator
 * compares its draws, the scheduler the latents after every step.
 */
export class RecordedRun {
  readonly facts: RunFacts;
  readonly #tensors: Safetensors;
  /** What the networks and the generator were asked for. */
  readonly asked = { draws: 0, unet: 0, decoder: 0, steps: 0 };
  /** Pixels that the encoder was shown. */
  readonly shown: Plane[] = [];

  constructor(name: string) {
    this.facts = goldenJson<RunFacts>(`pipelines/${name}.json`);
    this.#tensors = goldenTensors(`pipelines/${name}.safetensors`);
  }

  get isXl(): boolean {
    return this.facts.pipeline.includes('XL');
  }

  /** That of the recorded VAEs, which SDXL's shared with the others. */
  get scaling(): number {
    return 0.18215;
  }

  values(path: string): Float32Array {
    return valuesOf(this.#tensors, path) as Float32Array;
  }

  plane(path: string): Plane {
    return { data: this.values(path), dims: this.#tensors.tensors.get(path)!.shape };
  }

  /** A recorded picture or mask, or one of a batch. */
  picture(path: string, entry = 0): Raster {
    const { shape, bytes } = this.#tensors.tensors.get(path)!;
    const sides = shape.length === 4 ? shape.slice(1) : shape;
    const [height = 0, width = 0, channels = 1] = sides;
    const size = width * height * channels;
    return { width, height, channels: channels as 1 | 3, data: new Uint8Array(bytes.subarray(entry * size, (entry + 1) * size)) };
  }

  /** Requires that two planes are of one shape and nearly of the same values. */
  same({ data, dims }: Plane, path: string): void {
    const expected = this.plane(path);
    expect(dims, path).toEqual(expected.dims);
    expect(farthest(data, expected.data), path).toBeLessThan(DIFFERENCE);
  }

  /** Torch's generators of the recorded seeds; each draw must be the recorded one to the bit. */
  generators(): readonly Generator[] {
    return this.facts.seeds.map((seed) => {
      const generator = createGenerator(seed);
      const randn: Generator['randn'] = (count, options) => {
        const noise = generator.randn(count, options);
        expect(noise).toEqual(this.values(`randn/${this.asked.draws++}`));
        return noise;
      };
      return Object.assign(Object.create(generator) as Generator, { randn });
    });
  }

  /** What the run was asked for, as the product is asked. */
  request() {
    const { args } = this.facts;
    const frame = ([height, width]: readonly [number, number]) => ({ width, height });
    const [cropTop = 0, cropLeft = 0] = args.crops_coords_top_left ?? [];
    return {
      prompt: args.prompt,
      negativePrompt: args.negative_prompt,
      guidance: args.guidance_scale,
      steps: args.num_inference_steps,
      width: args.width!,
      height: args.height!,
      seed: this.generators(),
      ...(args.original_size === undefined ? {} : { originalSize: frame(args.original_size) }),
      ...(args.target_size === undefined ? {} : { targetSize: frame(args.target_size) }),
      ...{ cropTop, cropLeft },
    };
  }

  model(): StableDiffusion {
    return createStableDiffusion({
      unet: this.#unet(),
      text: this.#text(),
      scheduler: this.#scheduler(),
      vaeEncoder: this.#encoder(),
      vaeDecoder: this.#decoder(),
    });
  }

  /** Everything was asked for that was recorded; the networks saw to it that it was in order. */
  done(): void {
    const steps = this.facts.loop_timesteps.length;
    const decoder = this.plane('image').dims[0]!;
    expect(this.asked).toEqual({ draws: this.facts.randn.length, unet: steps, decoder, steps });
  }

  /** Names of what ControlNets add. */
  get residuals(): readonly string[] {
    return [];
  }

  /** Compares what the UNet is told besides its sample; it was recorded at the first call, and is the same at each. */
  compareConditions({ hiddenStates, textEmbeds, timeIds }: UnetInput): void {
    expect(hiddenStates).toEqual(this.plane('unet/0/encoder_hidden_states'));
    if (this.isXl) expect([textEmbeds, timeIds]).toEqual([this.plane('unet/0/text_embeds'), this.plane('unet/0/time_ids')]);
  }

  #unet(): StableDiffusionParts['unet'] {
    return {
      ...{ inChannels: this.#channels, outChannels: 4, sampleSize: undefined, guidanceWidth: undefined },
      residuals: this.residuals,
      takes: this.isXl ? XL_INPUTS : XL_INPUTS.slice(0, 3),
      predict: async (input) => {
        const call = this.asked.unet++;
        expect(input.timestep).toBe(this.facts.loop_timesteps[call]);
        this.same(input.sample, `unet/${call}/sample`);
        this.compareConditions(input);
        return this.values(`unet/${call}/out`);
      },
    };
  }

  /** SDXL's two encoders give a half of the recorded states each. */
  #text(): readonly Tower[] {
    const tokenizer: Tower['tokenizer'] = { encodePadded: (text) => Int32Array.from(Buffer.from(text)) };
    const encode = (from: number, to: number) => async (ids: readonly (readonly number[])[]) => {
      const found = ids.map((one) => this.#entryOf(Buffer.from(one).toString()));
      const rows = found.map(({ which, entry }) => rowOf(this.plane(`encoded/${which}prompt_embeds`), entry));
      const states = columnsOf(stack(rows), from, to);
      const pooled = this.isXl
        ? stack(found.map(({ which, entry }) => rowOf(this.plane(`encoded/${which}pooled_prompt_embeds`), entry)))
        : undefined;
      return { last: states, penultimate: this.isXl ? states : undefined, pooled };
    };
    if (!this.isXl) return [{ tokenizer, encoder: { encode: encode(0, 8) } }];
    return [
      { tokenizer, encoder: { encode: encode(0, 8) } },
      { tokenizer, encoder: { encode: encode(8, 16) } },
    ];
  }

  #entryOf(text: string): { readonly which: '' | 'negative_'; readonly entry: number } {
    const { prompt, negative_prompt: negative = '' } = this.facts.args;
    const entry = [prompt].flat().indexOf(text);
    if (entry >= 0) return { which: '', entry };
    expect([negative].flat()).toContain(text);
    return { which: 'negative_', entry: [negative].flat().indexOf(text) };
  }

  get #channels(): number {
    return this.plane('unet/0/sample').dims[1]!;
  }

  /** True where latents were recorded after the rest of the picture had been put back into them. */
  get #isBlended(): boolean {
    return this.facts.pipeline.includes('Inpaint') && this.#channels === 4;
  }

  /** Compares the latents after every step. Blended ones are those of the next call of the UNet, and of the decoder. */
  #scheduler(): Scheduler {
    const scheduler = createScheduler({ ...this.facts.scheduler_config, _class_name: this.facts.scheduler }, VISION_2_SCHEDULERS);
    return {
      ...scheduler,
      run: (steps, options) => {
        const run = scheduler.run(steps, options);
        const step: typeof run.step = (...args) => {
          const latents = run.step(...args);
          const recorded = this.values(`latents/${this.asked.steps++}`);
          if (!this.#isBlended) expect(farthest(latents, recorded)).toBeLessThan(DIFFERENCE);
          return latents;
        };
        return Object.assign(Object.create(run) as typeof run, { step });
      },
    };
  }

  #encoder(): StableDiffusionParts['vaeEncoder'] {
    return {
      ...{ scale: VAE_SCALE, latentChannels: 4 },
      encode: async (pixels, noise) => {
        this.shown.push(pixels);
        noise();
        return this.#channels === 9 ? this.#maskedLatents() : this.#latentsOfPicture();
      },
    };
  }

  /** What the encoder gave for the masked picture: the last channels of the first model input. */
  #maskedLatents(): Plane {
    const { data, dims } = this.plane('latents/0');
    const size = data.length;
    const before = (size / 4) * 5;
    return { data: scale(this.values('unet/0/sample').slice(before, before + size), 1 / this.scaling), dims };
  }

  /** What the encoder gave, worked out from the first model input and the noise on it. */
  #latentsOfPicture(): Plane {
    const { scheduler: name, scheduler_config: config, args } = this.facts;
    const run = createScheduler({ ...config, _class_name: name }, VISION_2_SCHEDULERS).run(args.num_inference_steps);
    const start = startOfStrength(args.num_inference_steps, args.strength ?? 1);
    const [one, none] = [Float32Array.of(1), Float32Array.of(0)];
    const factor = run.scaleModelInput(one.slice(), start)[0]!;
    const [signal, level] = [run.addNoise(one, none, start)[0]!, run.addNoise(none, one, start)[0]!];
    const { data, dims } = this.plane('randn/1');
    const sample = this.values('unet/0/sample');
    return {
      data: scale(
        data.map((noise, i) => (sample[i]! / factor - level * noise) / signal),
        1 / this.scaling,
      ),
      dims,
    };
  }

  #decoder(): StableDiffusionParts['vaeDecoder'] {
    return {
      ...{ scale: VAE_SCALE, latentChannels: 4, scalingFactor: this.scaling },
      decode: async ({ data, dims }) => {
        const entry = this.asked.decoder++;
        const last = rowOf(this.plane(`latents/${this.facts.loop_timesteps.length - 1}`), entry);
        expect(dims).toEqual(last.dims);
        expect(farthest(scale(data, this.scaling), last.data)).toBeLessThan(DIFFERENCE);
        return planesOf(rowOf(this.plane('image'), entry));
      },
    };
  }
}

/** The largest difference of any two values. */
export function farthest(actual: Float32Array, expected: Float32Array): number {
  expect(actual).toHaveLength(expected.length);
  return actual.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
}

/** Requires final pictures within what is allowed: off by 1 at most, and that in less than a thousandth of their values. */
export function expectPicture(actual: Raster, expected: Raster): void {
  expect([actual.width, actual.height, actual.channels]).toEqual([expected.width, expected.height, expected.channels]);
  const off = actual.data.map((byte, i) => Math.abs(byte - expected.data[i]!));
  expect(Math.max(...off)).toBeLessThanOrEqual(1);
  expect(off.filter((difference) => difference > 0).length).toBeLessThan(off.length / 1000);
}

function rowOf({ data, dims: [, ...rest] }: Plane, entry: number): Plane {
  const size = rest.reduce((product, side) => product * side, 1);
  return { data: data.slice(entry * size, (entry + 1) * size), dims: [1, ...rest] };
}

function stack(planes: readonly Plane[]): Plane {
  return { data: Float32Array.from(planes.flatMap(({ data }) => [...data])), dims: [planes.length, ...planes[0]!.dims.slice(1)] };
}

/** Part of the last axis. */
function columnsOf({ data, dims }: Plane, from: number, to: number): Plane {
  const width = dims.at(-1)!;
  return { data: data.filter((_, i) => i % width >= from && i % width < to), dims: [...dims.slice(0, -1), to - from] };
}

/** Recorded pictures are of 0 to 1 and have their channels last; a decoder gives -1 to 1, channels first. */
function planesOf({ data, dims: [, height = 0, width = 0] }: Plane): Plane {
  const area = width * height;
  return { data: Float32Array.from(data, (_, i) => 2 * data[(i % area) * 3 + Math.floor(i / area)]! - 1), dims: [1, 3, height, width] };
}
