import { type GraphOptions, type TinyFloat, TinyGraph } from './graph.ts';

/** How a network can be unusable: weights that are not numbers, or an output that is smaller than it should be. */
export type Defect = 'nan' | 'shape';

/** Variations of the files that exporters write. */
export interface TinyVariations {
  /** The same seed gives the same weights: 1 by default. */
  readonly seed?: number;
  /** Type of the weights and of the arithmetic: `float32` by default. */
  readonly weights?: TinyFloat;
  /** Type of the inputs and outputs: that of the weights by default. */
  readonly io?: TinyFloat;
  /** Type of token ids: `int64` by default. */
  readonly ids?: 'int32' | 'int64';
  /** Type and form of the timestep: a scalar of `int64` by default. `one` is a list of one, `batch` a list as long as the batch. */
  readonly timestep?: { readonly type?: 'int64' | 'float32' | 'float16'; readonly form?: 'scalar' | 'one' | 'batch' };
  /** Files beside each graph that hold its weights: a suffix such as `_data` or `.data` is put behind `model.onnx`, anything else is the whole name. */
  readonly externalData?: { readonly suffix: string; readonly files?: number };
  /** `folders` writes `<component>/model.onnx`, as diffusers' folders have it; `onnx` writes `onnx/<component>.onnx`, as transformers.js has it. */
  readonly layout?: 'folders' | 'onnx';
  /** What is behind the name of each component in the layout `onnx`, such as `_fp16`. */
  readonly dtypeSuffix?: string;
}

/** A component, and what is wrong with it. */
export interface ComponentOptions extends TinyVariations {
  readonly defect?: Defect | undefined;
}

/** A graph for a component: each has a seed of its own, so that no two share their weights. */
export function graphFor({ seed = 1, weights = 'float32', io = weights }: TinyVariations, component: number): TinyGraph {
  const options: GraphOptions = { seed: seed * 1000 + component, weights, io };
  return new TinyGraph(options);
}

/** The input for token ids. */
export function idsInput(graph: TinyGraph, { ids = 'int64' }: TinyVariations, name = 'input_ids'): string {
  return graph.input(name, ids, ['batch_size', 'sequence_length']);
}

/** The input for the timestep. */
export function timestepInput(graph: TinyGraph, { timestep = {} }: TinyVariations): string {
  const { type = 'int64', form = 'scalar' } = timestep;
  const dims = { scalar: [], one: [1], batch: ['batch_size'] }[form];
  return graph.input('timestep', type, dims);
}

/** The value that an output is made of, with the defect that is asked for. */
export function withDefect(graph: TinyGraph, value: string, defect: Defect | undefined): string {
  if (defect === 'nan') return graph.add('Add', [value, graph.constant([Number.NaN], [1])]);
  if (defect === 'shape') return graph.add('Slice', [value, graph.integers([0]), graph.integers([-1]), graph.integers([-1])]);
  return value;
}
