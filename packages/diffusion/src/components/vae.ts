import { fail } from '../errors.ts';
import { samplePosterior } from '../latents.ts';
import type { NoiseSource } from '../schedulers/scheduler.ts';
import { Component, type ComponentOptions } from './component.ts';
import { floatTensor } from './feeds.ts';
import type { Plane } from './plane.ts';
import { numberAt } from './unet.ts';

const USUAL_SCALE = 8;
const LATENT_CHANNELS = 4;

/** Makes latents of pictures. */
export class VaeEncoder implements AsyncDisposable {
  readonly #component: Component;
  /** Pixels for each latent, along a side. */
  readonly scale: number;
  readonly latentChannels: number;

  private constructor(component: Component) {
    this.#component = component;
    this.scale = scaleOf(component);
    this.latentChannels = component.number('latent_channels') ?? LATENT_CHANNELS;
  }

  /** Loads a graph of one picture in, latents or their parameters out. Throws `VISION_DIFFUSION_UNSUPPORTED_LATENTS` and `VISION_ONNX_*`. */
  static load(path: string, options: ComponentOptions = {}): Promise<VaeEncoder> {
    return Component.load(path, { name: 'vae_encoder', ...options }, (component) => new VaeEncoder(checked(component)));
  }

  /**
   * Latents of pictures, N x 3 x height x width of -1 to 1, not yet scaled. Where the graph gives their parameters, they are drawn with the noise; where it
   * draws itself, what it drew is taken, and the noise is asked for all the same, so that a generator is where it would have been.
   * Throws `VISION_DIFFUSION_BROKEN_COMPONENT`.
   */
  async encode(pixels: Plane, noise: NoiseSource, signal?: AbortSignal): Promise<Plane> {
    const [batch = 1, , height = 0, width = 0] = pixels.dims;
    const channels = this.latentChannels;
    const dims = [batch, channels, Math.floor(height / this.scale), Math.floor(width / this.scale)];
    const { data, drawn } = await this.#run(pixels, dims, signal);
    const values = noise();
    return { data: drawn ? data : samplePosterior(data, values, batch), dims };
  }

  async #run(pixels: Plane, dims: readonly number[], signal: AbortSignal | undefined) {
    const input = this.#component.inputs[0]!;
    const names = this.#component.outputs.map(({ name }) => name);
    const output = names.find((name) => name === 'latent_parameters') ?? names[0]!;
    const feeds = { [input.name]: floatTensor(input, pixels) };
    const tensor = (await this.#component.run(feeds, { batch: dims[0]!, outputs: [output], signal }))[output]!;
    const drawn = tensor.dims[1] === dims[1];
    return { data: this.#component.floats(output, tensor, [dims[0]!, drawn ? dims[1]! : 2 * dims[1]!, dims[2]!, dims[3]!]), drawn };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#component[Symbol.asyncDispose]();
  }
}

/** Makes pictures of latents. */
export class VaeDecoder implements AsyncDisposable {
  readonly #component: Component;
  /** Pixels for each latent, along a side. */
  readonly scale: number;
  readonly latentChannels: number;
  /** What latents are divided by before; undefined where the config does not say. */
  readonly scalingFactor: number | undefined;

  private constructor(component: Component) {
    const factor = component.config.scaling_factor;
    this.#component = component;
    this.scale = scaleOf(component);
    this.latentChannels = component.number('latent_channels') ?? numberAt(component.inputs[0]!, 1) ?? LATENT_CHANNELS;
    this.scalingFactor = typeof factor === 'number' && factor > 0 ? factor : undefined;
  }

  /** Loads a graph of latents in, pictures out. Throws `VISION_DIFFUSION_UNSUPPORTED_LATENTS` and `VISION_ONNX_*`. */
  static load(path: string, options: ComponentOptions = {}): Promise<VaeDecoder> {
    return Component.load(path, { name: 'vae_decoder', ...options }, (component) => new VaeDecoder(checked(component)));
  }

  /** Pictures of -1 to 1, N x 3 x height x width, of latents that the scaling factor has been taken out of. Throws `VISION_DIFFUSION_BROKEN_COMPONENT`. */
  async decode(latents: Plane, signal?: AbortSignal): Promise<Plane> {
    const [batch = 1, , height = 0, width = 0] = latents.dims;
    const [input, output] = [this.#component.inputs[0]!, this.#component.outputs[0]!.name];
    const outputs = await this.#component.run({ [input.name]: floatTensor(input, latents) }, { batch, outputs: [output], signal });
    const dims = [batch, 3, height * this.scale, width * this.scale];
    return { data: this.#component.floats(output, outputs[output]!, dims), dims };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#component[Symbol.asyncDispose]();
  }
}

/** What changes latents besides the scaling factor, and whether a config's value does. */
const SHIFTS: Readonly<Record<string, (value: unknown) => boolean>> = {
  latents_mean: (value) => !isAll(value, 0),
  latents_std: (value) => !isAll(value, 1),
  shift_factor: (value) => value !== 0,
};

function isAll(value: unknown, number: number): boolean {
  return Array.isArray(value) && value.every((one) => one === number);
}

function checked(component: Component): Component {
  for (const [option, shifts] of Object.entries(SHIFTS)) {
    const value = component.config[option] ?? undefined;
    if (value !== undefined && shifts(value)) throw fail('UNSUPPORTED_LATENTS', { component: component.name, option });
  }
  if (component.inputs.length === 1 && component.outputs.length > 0) return component;
  throw component.broken(`its inputs are ${component.inputs.map(({ name }) => name).join(', ')} where one belongs`);
}

/** Each block but the last halves a side. */
function scaleOf(component: Component): number {
  const blocks = component.config.block_out_channels;
  return Array.isArray(blocks) && blocks.length > 0 ? 2 ** (blocks.length - 1) : USUAL_SCALE;
}
