import { Component, type ComponentOptions, floatTensor, hideMasked, type Mask, type Plane, type Size } from '@vision-sdk/diffusion';
import { type Raster, toPlanes } from '@vision-sdk/image';
import type { Tensors, ValueInfo } from '@vision-sdk/onnx';

const UNIT = { mean: [0, 0, 0], std: [1, 1, 1] };
const [COLOURS, MASK] = [3, 1];
const TRIAL_SIDE = 64;
const [UNIT_WHITE, BYTE_WHITE] = [1, 255];

/** How exporters let a network take picture and mask: as two inputs, or as four channels of one. */
interface Inputs {
  readonly picture: ValueInfo;
  /** Undefined where the mask is the picture's fourth channel. */
  readonly mask: ValueInfo | undefined;
}

/** A network that fills what a mask hides in one run, without words: LaMa and its relatives. */
export class LamaNetwork implements AsyncDisposable {
  readonly #component: Component;
  readonly #inputs: Inputs;
  #white = UNIT_WHITE;
  /** The only size it takes; undefined where it takes any multiple of 32. */
  readonly size: Size | undefined;

  private constructor(component: Component) {
    this.#component = component;
    this.#inputs = inputsOf(component);
    const [, , height, width] = this.#inputs.picture.dims;
    this.size = typeof width === 'number' && typeof height === 'number' ? { width, height } : undefined;
  }

  /** Loads a graph and tries it: whether it answers values up to 1 or up to 255 is seen there. Throws `VISION_DIFFUSION_BROKEN_COMPONENT` and `VISION_ONNX_*`. */
  static async load(path: string, options: ComponentOptions): Promise<LamaNetwork> {
    const network = await Component.load(path, { ...options, name: 'lama' }, (component) => new LamaNetwork(component));
    try {
      await network.#try(options.signal);
      return network;
    } catch (error) {
      await network[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #try(signal: AbortSignal | undefined): Promise<void> {
    const { width, height } = this.size ?? { width: TRIAL_SIDE, height: TRIAL_SIDE };
    const grey = new Float32Array(COLOURS * width * height).fill(0.5);
    const answer = await this.#run(grey, { width, height, values: new Float32Array(width * height) }, signal);
    const mean = answer.reduce((sum, value) => sum + value, 0) / answer.length;
    if (mean > UNIT_WHITE) this.#white = BYTE_WHITE;
  }

  /** The picture with what the mask hides painted anew. Both are of a size that the network takes. */
  async fill(picture: Raster & { readonly channels: 3 }, hidden: Mask, signal: AbortSignal): Promise<Raster & { readonly channels: 3 }> {
    const { width, height } = picture;
    const planes = await this.#run(hideMasked(toPlanes(picture, UNIT), hidden), hidden, signal);
    const data = new Uint8ClampedArray(planes.length);
    const area = width * height;
    // The array rounds and clamps.
    for (let i = 0; i < area; i++)
      for (let channel = 0; channel < COLOURS; channel++)
        data[i * COLOURS + channel] = (planes[channel * area + i]! / this.#white) * BYTE_WHITE;
    return { width, height, channels: 3, data: new Uint8Array(data.buffer) };
  }

  async #run(planes: Float32Array, { width, height, values }: Mask, signal: AbortSignal | undefined): Promise<Float32Array> {
    const output = this.#component.outputs[0]!.name;
    const feeds = feedsOf(this.#inputs, { data: planes, dims: [1, COLOURS, height, width] }, values);
    const outputs = await this.#component.run(feeds, { batch: 1, outputs: [output], signal });
    return this.#component.floats(output, outputs[output]!, [1, COLOURS, height, width]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#component[Symbol.asyncDispose]();
  }
}

/** Throws `VISION_DIFFUSION_BROKEN_COMPONENT` for a graph that takes something else. */
function inputsOf(component: Component): Inputs {
  const { inputs } = component;
  const withChannels = (channels: number) => inputs.find(({ dims }) => dims.length === 4 && dims[1] === channels);
  const [picture, mask, both] = [withChannels(COLOURS), withChannels(MASK), withChannels(COLOURS + MASK)];
  if (inputs.length === 2 && picture !== undefined && mask !== undefined) return { picture, mask };
  if (inputs.length === 1 && both !== undefined) return { picture: both, mask: undefined };
  const taken = inputs.map(({ name, dims }) => `${name} [${dims.join(', ')}]`).join(' and ');
  throw component.broken(`it takes ${taken}, where a picture of 3 channels and a mask of 1 belong, or both as 4`);
}

function feedsOf({ picture, mask }: Inputs, plane: Plane, values: Float32Array): Tensors {
  const [batch = 1, , height = 0, width = 0] = plane.dims;
  if (mask !== undefined) {
    const marks = floatTensor(mask, { data: values, dims: [batch, MASK, height, width] });
    return { [picture.name]: floatTensor(picture, plane), [mask.name]: marks };
  }
  const data = new Float32Array(plane.data.length + values.length);
  data.set(plane.data);
  data.set(values, plane.data.length);
  return { [picture.name]: floatTensor(picture, { data, dims: [batch, COLOURS + MASK, height, width] }) };
}
