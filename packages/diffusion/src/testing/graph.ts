import { float32ToFloat16 } from '@vision-sdk/onnx';
import type { TinyModel, TinyNode, TinyType, TinyValue, TinyWeight } from '@vision-sdk/onnx/testing';
import { createGenerator, type Generator } from '../random/generator.ts';

/** Types in which a tiny network can calculate. */
export type TinyFloat = 'float32' | 'float16';

/** A size that is known, or the name of one that is open. */
type Dims = readonly (number | string)[];

const CAST_TO: Readonly<Record<TinyFloat, number>> = { float32: 1, float16: 10 };

/** What a graph is made with. */
export interface GraphOptions {
  /** The same seed gives the same weights. */
  readonly seed: number;
  /** Type of the weights and of the arithmetic. */
  readonly weights: TinyFloat;
  /** Type of the inputs and outputs, which a cast leads to where it is another. */
  readonly io: TinyFloat;
}

/** Writes a network down operator by operator; every value is known by its name. Its weights are drawn from a seed in the order in which they are asked for. */
export class TinyGraph {
  readonly #options: GraphOptions;
  readonly #random: Generator;
  readonly #inputs: TinyValue[] = [];
  readonly #outputs: TinyValue[] = [];
  readonly #nodes: TinyNode[] = [];
  readonly #weights: TinyWeight[] = [];
  #named = 0;

  constructor(options: GraphOptions) {
    this.#options = options;
    this.#random = createGenerator(options.seed);
  }

  /** An input of any type, as it comes. */
  input(name: string, type: TinyType, dims: Dims): string {
    this.#inputs.push({ name, type, dims });
    return name;
  }

  /** An input of floats, in the type of the arithmetic. */
  floats(name: string, dims: Dims): string {
    const { io, weights } = this.#options;
    return io === weights ? this.input(name, io, dims) : this.toFloat(this.input(name, io, dims));
  }

  /** A value of any type, in the type of the arithmetic. */
  toFloat(value: string): string {
    return this.add('Cast', [value], { to: CAST_TO[this.#options.weights] });
  }

  /** One operator with one output, whose name is returned. */
  add(operator: string, inputs: readonly string[], attributes?: TinyNode['attributes']): string {
    const output = this.#name(operator);
    this.#nodes.push({ operator, inputs, outputs: [output], ...(attributes === undefined ? {} : { attributes }) });
    return output;
  }

  /** Normal random weights times `spread`. */
  weight(dims: readonly number[], spread: number): string {
    const count = dims.reduce((product, dim) => product * dim, 1);
    return this.constant(
      this.#random.randn(count).map((value) => value * spread),
      dims,
    );
  }

  /** Given values in the type of the arithmetic. */
  constant(values: Float32Array | readonly number[], dims: readonly number[]): string {
    const floats = Float32Array.from(values);
    const data = this.#options.weights === 'float16' ? float32ToFloat16(floats) : floats;
    return this.#keep({ type: this.#options.weights, dims, data: new Uint8Array(data.buffer) });
  }

  /** Whole numbers, such as shapes and axes; one number is a scalar. */
  integers(values: number | readonly number[]): string {
    const list = typeof values === 'number' ? [values] : values;
    const data = new Uint8Array(BigInt64Array.from(list, BigInt).buffer);
    return this.#keep({ type: 'int64', dims: typeof values === 'number' ? [] : [list.length], data });
  }

  /** Makes a value an output. */
  output(name: string, value: string, dims: Dims): void {
    const { io } = this.#options;
    this.#nodes.push({ operator: 'Cast', inputs: [value], outputs: [name], attributes: { to: CAST_TO[io] } });
    this.#outputs.push({ name, type: io, dims });
  }

  /** The network. */
  model(): TinyModel {
    return { inputs: this.#inputs, outputs: this.#outputs, nodes: this.#nodes, weights: this.#weights };
  }

  #keep(weight: Omit<TinyWeight, 'name'>): string {
    const name = this.#name('weight');
    this.#weights.push({ name, ...weight });
    return name;
  }

  #name(kind: string): string {
    return `${kind}_${this.#named++}`;
  }
}
