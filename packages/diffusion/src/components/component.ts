import { VisionError } from '@vision-sdk/core';
import { float16ToFloat32, OnnxSession, type SessionOptions, type Tensor, type Tensors, toFloat32, type ValueInfo } from '@vision-sdk/onnx';
import { apart } from '../apart.ts';
import { fail } from '../errors.ts';
import type { Size } from '../images/masks.ts';
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

  /**
   * Says of a failed run at a size that the sizes of its halvings do not fit together, where that may be: exports that were traced with even latents fail
   * in ONNX Runtime's words, which name no picture. Any other error, and memory that ran out, is given back as it is.
   */
  unfitSize(error: unknown, { width, height }: Size, halvings: number): unknown {
    const multiple = 2 ** halvings;
    if (!VisionError.is(error, 'VISION_ONNX_RUN_FAILED') || (width % multiple === 0 && height % multiple === 0)) return error;
    const problem = (error.details as { readonly reason: string }).reason;
    if (/memory|alloc/i.test(problem)) return error;
    const details = { component: this.name, path: this.#session.path, size: `${width} x ${height}`, problem, multiple };
    return fail('UNFIT_SIZE', details, { cause: error });
  }

  /** Runs the graph for a batch, as often as it needs where the graph insists on another one. */
  run(feeds: Tensors, { batch, outputs, signal }: ComponentRun): Promise<Tensors> {
    const run = (rows: Tensors) => this.#session.run(rows, { outputs, ...(signal === undefined ? {} : { signal }) });
    return runInRows({ inputs: this.inputs, feeds, batch }, run);
  }

  /**
   * The floats of an output of this shape, -1 standing for any size; halves are widened into `out` where it is as long.
   * Throws `VISION_DIFFUSION_BROKEN_COMPONENT` for another shape, and for what are no numbers.
   */
  floats(output: string, tensor: Tensor, dims: readonly number[], out?: Float32Array): Float32Array {
    const fits = tensor.dims.length === dims.length && dims.every((dim, i) => dim === -1 || dim === tensor.dims[i]);
    if (!fits) throw this.broken(`${output} has the shape [${tensor.dims.join(', ')}] where [${dims.map(dimText).join(', ')}] belongs`);
    if (tensor.type !== 'float32' && tensor.type !== 'float16') throw this.broken(`${output} is ${tensor.type}, not floats`);
    const values = tensor.type === 'float16' && out?.length === tensor.data.length ? float16ToFloat32(tensor.data, out) : toFloat32(tensor);
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

/**
 * Sums in double precision of as many floats as fit into memory overflow only where one of them is infinite. Four sums at once: each addition waits for
 * the one before, and this is done at every step.
 */
const allFinite = apart(function allFinite(values: Float32Array): boolean {
  let [a, b, c, d] = [0, 0, 0, 0];
  const whole = values.length - (values.length % 4);
  for (let i = 0; i < whole; i += 4) {
    a += values[i]!;
    b += values[i + 1]!;
    c += values[i + 2]!;
    d += values[i + 3]!;
  }
  for (let i = whole; i < values.length; i++) a += values[i]!;
  return Number.isFinite(a + b + c + d);
});

function firstWrong(output: string, values: Float32Array): string {
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  return `value ${wrong} of ${output} is ${values[wrong]}`;
}
