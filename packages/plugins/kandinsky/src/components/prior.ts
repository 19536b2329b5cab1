import { Component, type ComponentOptions, floatTensor, KeptTensors, numberTensor, type Plane } from '@vision-sdk/diffusion';
import { createTensor, int64Tensor, type Tensor, type ValueInfo } from '@vision-sdk/onnx';

/** The words that the prior imagines a picture of, a row for each entry of the batch. */
export interface PriorText {
  /** N x width of the CLIP space. */
  readonly pooled: Plane;
  /** N x tokens x width of the text encoder. */
  readonly states: Plane;
  /** 1 for tokens and 0 for padding, N x tokens. */
  readonly mask: Plane;
}

/** One call of the prior. */
export interface PriorInput {
  /** Noisy embeddings, N x width. */
  readonly sample: Plane;
  readonly timestep: number;
  readonly text: PriorText;
}

const OUTPUT = 'predicted_image_embedding';
const NEEDED = ['hidden_states', 'timestep', 'proj_embedding'];

/** Kandinsky's prior as ONNX: from noise and words to the embedding of a picture. */
export class Prior implements AsyncDisposable {
  readonly #component: Component;
  readonly #kept = new KeptTensors();
  readonly #mean: readonly number[];
  readonly #deviation: readonly number[];
  /** Width of an embedding. */
  readonly width: number;

  private constructor(component: Component) {
    this.#component = component;
    this.width = widthOf(component);
    this.#mean = statistic(component, 'clip_mean', this.width);
    this.#deviation = statistic(component, 'clip_std', this.width);
  }

  /** Loads a graph with its `config.json`. Throws `VISION_DIFFUSION_BROKEN_COMPONENT` and `VISION_ONNX_*`. */
  static load(path: string, options: ComponentOptions): Promise<Prior> {
    return Component.load(path, { name: 'prior', ...options }, (component) => {
      for (const name of NEEDED) if (component.input(name) === undefined) throw component.broken(`it has no input ${name}`);
      return new Prior(component);
    });
  }

  /** What the noisy embeddings are of, N x width. Throws `VISION_DIFFUSION_BROKEN_COMPONENT`. */
  async predict(input: PriorInput, signal?: AbortSignal): Promise<Float32Array> {
    const component = this.#component;
    const batch = input.sample.dims[0]!;
    const output = component.outputs.some(({ name }) => name === OUTPUT) ? OUTPUT : component.outputs[0]!.name;
    const feeds = Object.fromEntries(component.inputs.map((info) => [info.name, this.#feed(info, input)]));
    const outputs = await component.run(feeds, { batch, outputs: [output], signal });
    return component.floats(output, outputs[output]!, [batch, this.width]);
  }

  #feed(info: ValueInfo, { sample, timestep, text }: PriorInput): Tensor {
    const batchDim = this.#component.input('hidden_states')?.dims[0];
    if (info.name === 'hidden_states') return floatTensor(info, sample);
    if (info.name === 'timestep') return numberTensor(info, timestep, { batch: sample.dims[0]!, batchDim });
    if (info.name === 'proj_embedding') return this.#kept.of(info, text.pooled);
    if (info.name === 'encoder_hidden_states') return this.#kept.of(info, text.states);
    if (info.name === 'attention_mask') return maskTensor(info, text.mask);
    throw this.#component.broken(`it has an input ${info.name} that nothing is known of`);
  }

  /** Embeddings in the space of the image encoder, from those that the loop ends with: times deviation, plus mean. */
  finish(latents: Float32Array): Float32Array {
    const { width } = this;
    return latents.map((value, i) => Math.fround(value * Math.fround(this.#deviation[i % width]!)) + Math.fround(this.#mean[i % width]!));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#component[Symbol.asyncDispose]();
  }
}

function widthOf(component: Component): number {
  const [, width] = component.outputs[0]!.dims;
  const found = component.number('embedding_dim') ?? width;
  if (typeof found === 'number' && found > 0) return found;
  throw component.broken('neither its config.json nor its output says how wide an embedding is');
}

function statistic(component: Component, name: string, width: number): readonly number[] {
  const values = component.config[name];
  if (Array.isArray(values) && values.length === width && values.every(Number.isFinite)) return values as readonly number[];
  throw component.broken(`its config.json has no list of ${width} numbers called ${name}`);
}

/** The mask as an input takes it: booleans, whole numbers or floats. */
function maskTensor(info: ValueInfo, { data, dims }: Plane): Tensor {
  if (info.type === 'bool') return createTensor('bool', Uint8Array.from(data), dims);
  if (info.type === 'int64') return int64Tensor(Array.from(data), dims);
  if (info.type === 'int32') return createTensor('int32', Int32Array.from(data), dims);
  return floatTensor(info, { data, dims });
}
