import type { Tensor, Tensors } from '@vision-sdk/onnx';
import { scale } from '../latents.ts';
import { Component, type ComponentOptions } from './component.ts';
import { numberTensor } from './feeds.ts';
import type { Plane } from './plane.ts';
import { UnetTensors, unetFeeds } from './unet.ts';
import type { UnetInput } from './unet-input.ts';

/** What a ControlNet is told besides what the network is. */
export interface ControlNetInput extends UnetInput {
  /** The picture that guides, N x 3 x height x width, of 0 to 1. The same object at each step is converted once. */
  readonly condition: Plane;
  readonly scale: number;
}

/** A ControlNet as ONNX. */
export class ControlNet implements AsyncDisposable {
  readonly #component: Component;
  readonly #names: ReadonlyMap<string, string>;
  readonly #tensors = new UnetTensors();

  private constructor(component: Component) {
    this.#component = component;
    this.#names = residualNames(component.outputs.map(({ name }) => name));
  }

  /** Names of what it adds, as networks take them. */
  get residuals(): readonly string[] {
    return [...this.#names.values()];
  }

  /** Loads a graph that takes `controlnet_cond`. Throws `VISION_DIFFUSION_BROKEN_COMPONENT` and `VISION_ONNX_*`. */
  static load(path: string, options: ComponentOptions = {}): Promise<ControlNet> {
    return Component.load(path, { name: 'controlnet', ...options }, (component) => {
      for (const name of ['sample', 'timestep', 'controlnet_cond'])
        if (component.input(name) === undefined) throw component.broken(`it has no input ${name}`);
      return new ControlNet(component);
    });
  }

  /** What is to be added inside the network, by the names of its inputs. Throws `VISION_DIFFUSION_BROKEN_COMPONENT`. */
  async predict(input: ControlNetInput, signal?: AbortSignal): Promise<Readonly<Record<string, Plane>>> {
    const batch = input.sample.dims[0]!;
    const outputs = await this.#component.run(this.#feeds(input), { batch, outputs: [...this.#names.keys()], signal });
    return Object.fromEntries([...this.#names].map(([output, name]) => [name, this.#residual(output, outputs[output]!, input)]));
  }

  #feeds(input: ControlNetInput): Tensors {
    const component = this.#component;
    const factor = component.input('conditioning_scale');
    return {
      ...unetFeeds(component, input, this.#tensors),
      controlnet_cond: this.#tensors.kept.of(component.input('controlnet_cond')!, input.condition),
      ...(factor === undefined ? {} : { conditioning_scale: numberTensor(factor, input.scale, { batch: 1 }) }),
    };
  }

  #residual(output: string, tensor: Tensor, { sample, scale: wanted }: ControlNetInput): Plane {
    const component = this.#component;
    const data = component.floats(output, tensor, [sample.dims[0]!, -1, -1, -1]);
    if (!isHalving(sample.dims, tensor.dims))
      throw component.broken(`${output} has the shape [${tensor.dims.join(', ')}] for latents of [${sample.dims.join(', ')}]`);
    // A graph without the input gives what the factor is still to be applied to.
    const factor = component.input('conditioning_scale') === undefined ? wanted : 1;
    return { data: factor === 1 ? data : scale(data, factor, data), dims: tensor.dims };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#component[Symbol.asyncDispose]();
  }
}

/** True for what a network that halves the latents again and again finds, or pools to one place. */
function isHalving([, , height = 1, width = 1]: readonly number[], [, , ...found]: readonly number[]): boolean {
  let [rows, columns] = [height, width];
  while ((rows !== found[0] || columns !== found[1]) && (rows > 1 || columns > 1)) {
    rows = Math.ceil(rows / 2);
    columns = Math.ceil(columns / 2);
  }
  return rows === found[0] && columns === found[1];
}

/** Outputs and the inputs of a network they belong to: by name, or in their order, the middle one last. */
function residualNames(outputs: readonly string[]): ReadonlyMap<string, string> {
  const isMiddle = (name: string) => name.startsWith('mid_block');
  const down = outputs.filter((name) => !isMiddle(name)).map((name, i) => [name, `down_block_${i}_additional_residual`] as const);
  const middle = outputs.filter(isMiddle).map((name) => [name, 'mid_block_additional_residual'] as const);
  return new Map([...down, ...middle]);
}
