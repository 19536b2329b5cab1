import type { VisionError } from '@vision-sdk/core';
import { OnnxSession, type SessionOptions, type Tensor, type Tensors, toFloat32, type ValueInfo } from '@vision-sdk/onnx';
import { fail } from '../errors.ts';
import { runInRows } from './rows.ts';

/** How a component is loaded. */
export interface ComponentOptions extends SessionOptions {
  /** What errors call it. */
  readonly name?: string;
  /** Its `config.json`. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** A loaded graph with its name, which every error about it says. */
export class Component implements AsyncDisposable {
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly #session: OnnxSession;

  private constructor(
    session: OnnxSession,
    { name, config }: { readonly name: string; readonly config: Readonly<Record<string, unknown>> },
  ) {
    this.#session = session;
    this.name = name;
    this.config = config;
  }

  /** Loads a graph; `check` may refuse it, and then it is disposed. Throws `VISION_ONNX_*`. */
  static async load<T>(
    path: string,
    options: ComponentOptions & { readonly name: string },
    check: (component: Component) => T,
  ): Promise<T> {
    const { name, config = {}, ...session } = options;
    const component = new Component(await OnnxSession.load(path, session), { name, config });
    try {
      return check(component);
    } catch (error) {
      await component[Symbol.asyncDispose]();
      throw error;
    }
  }

  get inputs(): readonly ValueInfo[] {
    return this.#session.inputs;
  }

  get outputs(): readonly ValueInfo[] {
    return this.#session.outputs;
  }

  input(name: string): ValueInfo | undefined {
    return this.inputs.find((input) => input.name === name);
  }

  /** A whole number of the config. */
  number(option: string): number | undefined {
    const value = this.config[option];
    return Number.isSafeInteger(value) ? (value as number) : undefined;
  }

  /** An error about what this component gave or is. */
  broken(problem: string): VisionError {
    return fail('BROKEN_COMPONENT', { component: this.name, path: this.#session.path, problem });
  }

  /** Runs the graph for a batch, entry by entry where it takes no more. */
  run(feeds: Tensors, { batch, outputs, signal }: ComponentRun): Promise<Tensors> {
    const run = (rows: Tensors) => this.#session.run(rows, { outputs, ...(signal === undefined ? {} : { signal }) });
    return runInRows({ inputs: this.inputs, feeds, batch }, run);
  }

  /** The floats of an output of this shape, -1 standing for any size. Throws `VISION_DIFFUSION_BROKEN_COMPONENT` for another one, and where they are no numbers. */
  floats(output: string, tensor: Tensor, dims: readonly number[]): Float32Array {
    const fits = tensor.dims.length === dims.length && dims.every((dim, i) => dim === -1 || dim === tensor.dims[i]);
    if (!fits) throw this.broken(`${output} has the shape [${tensor.dims.join(', ')}] where [${dims.map(dimText).join(', ')}] belongs`);
    if (tensor.type !== 'float32' && tensor.type !== 'float16') throw this.broken(`${output} is ${tensor.type}, not floats`);
    const values = toFloat32(tensor);
    if (!allFinite(values)) throw this.broken(firstWrong(output, values));
    return values;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session[Symbol.asyncDispose]();
  }
}

/** One run of a component. */
export interface ComponentRun {
  readonly batch: number;
  readonly outputs: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

function dimText(dim: number): string {
  return dim === -1 ? '?' : `${dim}`;
}

/** A sum in double precision of as many floats as fit into memory overflows only where one of them is infinite. */
function allFinite(values: Float32Array): boolean {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return Number.isFinite(sum);
}

function firstWrong(output: string, values: Float32Array): string {
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  return `value ${wrong} of ${output} is ${values[wrong]}`;
}
