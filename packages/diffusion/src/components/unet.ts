import type { Tensor, Tensors, ValueInfo } from '@vision-sdk/onnx';
import { Component, type ComponentOptions } from './component.ts';
import { flagTensor, floatTensor, KeptTensors, numberTensor, ReusedTensors } from './feeds.ts';
import type { Plane } from './plane.ts';
import { sampleSide } from './sample-side.ts';
import type { UnetInput } from './unet-input.ts';

const RESIDUAL = /_additional_residual$/;
const LATENT_CHANNELS = 4;
const USUAL_HALVINGS = 3;

/** What a network's inputs are called, by what they are told. */
const PLANES = {
  encoder_hidden_states: 'hiddenStates',
  text_embeds: 'textEmbeds',
  time_ids: 'timeIds',
  image_embeds: 'imageEmbeds',
  timestep_cond: 'timestepCond',
} as const satisfies Record<string, keyof UnetInput>;

/** A denoising network as ONNX, however it was exported. */
export class Unet implements AsyncDisposable {
  readonly #component: Component;
  readonly #output: string;
  readonly #tensors = new UnetTensors();
  readonly #outputs = new WeakMap<Float32Array, Float32Array>();
  /** Channels of what it takes: 4, or 9 where a mask and the masked picture follow the latents. */
  readonly inChannels: number;
  /** Channels of what it predicts: those of the latents, or twice as many with a learned variance. */
  readonly outChannels: number;
  /** Side of the latents it was trained with. */
  readonly sampleSize: number | undefined;
  /** Names of inputs that take what a ControlNet adds; empty where it takes none. Without a ControlNet they are given zeros. */
  readonly residuals: readonly string[];
  /** Names of everything else it takes. */
  readonly takes: readonly string[];

  private constructor(component: Component) {
    const output = component.outputs[0]!;
    const sample = component.input('sample')!;
    this.#component = component;
    this.#output = output.name;
    this.inChannels = component.number('in_channels') ?? numberAt(sample, 1) ?? LATENT_CHANNELS;
    this.outChannels = component.number('out_channels') ?? numberAt(output, 1) ?? LATENT_CHANNELS;
    this.sampleSize = sampleSide(component.config.sample_size) ?? numberAt(sample, 2);
    const names = component.inputs.map(({ name }) => name);
    this.residuals = names.filter((name) => RESIDUAL.test(name));
    this.takes = names.filter((name) => !RESIDUAL.test(name));
  }

  /** Width of the guidance embedding of a distilled LCM network; undefined where it takes none. */
  get guidanceWidth(): number | undefined {
    const input = this.#component.input('timestep_cond');
    return input === undefined ? undefined : (numberAt(input, 1) ?? this.#component.number('time_cond_proj_dim'));
  }

  /** Loads a graph that takes `sample` and `timestep`. Throws `VISION_DIFFUSION_BROKEN_COMPONENT` and `VISION_ONNX_*`. */
  static load(path: string, options: ComponentOptions = {}): Promise<Unet> {
    return Component.load(path, { name: 'unet', ...options }, (component) => {
      for (const name of ['sample', 'timestep']) if (component.input(name) === undefined) throw component.broken(`it has no input ${name}`);
      return new Unet(component);
    });
  }

  /**
   * Predicts noise, N x {@link outChannels} x height x width. Calls with the same array of samples may give the same array again.
   * Throws `VISION_DIFFUSION_BROKEN_COMPONENT`, and `VISION_DIFFUSION_UNFIT_SIZE` for latents that the export does not take.
   */
  async predict(input: UnetInput, signal?: AbortSignal): Promise<Float32Array> {
    const [batch = 1, channels, height = 1, width = 1] = input.sample.dims;
    if (channels !== this.inChannels) throw this.#component.broken(`it takes ${this.inChannels} channels, and is given ${channels}`);
    const feeds = unetFeeds(this.#component, input, this.#tensors);
    const output = await this.#run(feeds, input.sample, signal);
    const { data } = input.sample;
    const predicted = this.#component.floats(this.#output, output, [batch, this.outChannels, height, width], this.#outputs.get(data));
    if (output.type === 'float16') this.#outputs.set(data, predicted);
    return predicted;
  }

  async #run(feeds: Tensors, { dims: [batch = 1, , height = 1, width = 1] }: Plane, signal: AbortSignal | undefined): Promise<Tensor> {
    try {
      return (await this.#component.run(feeds, { batch, outputs: [this.#output], signal }))[this.#output]!;
    } catch (error) {
      throw this.#component.unfitSize(error, { width, height }, halvingsOf(this.#component));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#component[Symbol.asyncDispose]();
  }
}

/** Each block but the last halves a side. */
function halvingsOf({ config: { block_out_channels: blocks } }: Component): number {
  return Array.isArray(blocks) && blocks.length > 0 ? blocks.length - 1 : USUAL_HALVINGS;
}

/** Arrays that calls of a network share. */
export class UnetTensors {
  readonly kept = new KeptTensors();
  readonly samples = new ReusedTensors();
  readonly #zeros = new Map<string, Plane>();

  /**
   * Zeros for an input that is added to what the network finds, as small as its shape allows: the addition stretches sides of 1. Only so can sizes be left
   * to the network, of which the graph says no more than their names.
   */
  zeros({ name, dims }: ValueInfo, batch: number): Plane {
    const own = dims.map((dim, i) => (typeof dim === 'number' ? dim : i === 0 ? batch : 1));
    const key = `${name} ${own.join()}`;
    const plane = this.#zeros.get(key) ?? { dims: own, data: new Float32Array(own.reduce((product, dim) => product * dim, 1)) };
    this.#zeros.set(key, plane);
    return plane;
  }
}

/** The tensors of one call, as far as a network takes them. */
export function unetFeeds(component: Component, input: UnetInput, tensors: UnetTensors): Tensors {
  const feeds = component.inputs.map((info) => [info.name, unetFeed(component, info, { input, tensors })] as const);
  return Object.fromEntries(feeds.filter((feed): feed is [string, Tensor] => feed[1] !== undefined));
}

function unetFeed(
  component: Component,
  info: ValueInfo,
  { input, tensors }: { readonly input: UnetInput; readonly tensors: UnetTensors },
): Tensor | undefined {
  const { name } = info;
  if (name === 'sample') return tensors.samples.of(info, input.sample);
  if (name === 'timestep')
    return numberTensor(info, input.timestep, { batch: input.sample.dims[0]!, batchDim: component.input('sample')?.dims[0] });
  if (info.type === 'bool') return flagTensor(info, false);
  if (RESIDUAL.test(name)) {
    const added = input.residuals?.[name];
    return added === undefined ? tensors.kept.of(info, tensors.zeros(info, input.sample.dims[0]!)) : floatTensor(info, added);
  }
  const plane = planeOf(input, name);
  return plane === undefined ? undefined : tensors.kept.of(info, plane);
}

function planeOf(input: UnetInput, name: string): Plane | undefined {
  return Object.hasOwn(PLANES, name) ? input[PLANES[name as keyof typeof PLANES]] : undefined;
}

/** A dimension where it is fixed. */
export function numberAt({ dims }: ValueInfo, place: number): number | undefined {
  const dim = dims[place];
  return typeof dim === 'number' ? dim : undefined;
}
