import type { TinyModel } from '@vision-sdk/onnx/testing';
import type { TinyGraph } from './graph.ts';
import { linear } from './layers.ts';
import { type ComponentOptions, graphFor, idsInput, withDefect } from './options.ts';

/** Ids of a prompt. */
export const TOKENS = 77;

/** The size of a text encoder. */
export interface TextEncoderOptions extends ComponentOptions {
  readonly component: number;
  readonly vocabulary: number;
  readonly width: number;
  /** Width of `text_embeds`, where it has that output instead of `pooler_output`. */
  readonly projection?: number | undefined;
  /** Whether the states of every layer are outputs, `hidden_states.0` to `.2`. */
  readonly hiddenStates?: boolean | undefined;
  /** Whether it has the input `output_hidden_states`, which does nothing. */
  readonly booleanInput?: boolean | undefined;
}

/** A text encoder of two layers, in which every token sees those before it, as CLIP's do; it takes 77 ids. The highest id ends a prompt, and what is pooled is found there. */
export function tinyTextEncoder(options: TextEncoderOptions): TinyModel {
  const { component, width, projection, hiddenStates = true, booleanInput = false, defect } = options;
  const graph = graphFor(options, component);
  const ids = idsInput(graph, options);
  if (booleanInput) graph.input('output_hidden_states', 'bool', [1]);
  const states = [embed(graph, ids, options)];
  for (let layer = 0; layer < 2; layer++) states.push(causalLayer(graph, states.at(-1)!, width));
  const last = normalise(graph, states[2]!);
  const dims = ['batch_size', 'sequence_length', width];
  const put = (name: string, value: string, shape: readonly (number | string)[]) =>
    graph.output(name, withDefect(graph, value, defect), shape);
  const pooled = atHighest(graph, last, ids);
  if (projection === undefined) put('pooler_output', pooled, ['batch_size', width]);
  else put('text_embeds', linear(graph, pooled, { from: width, to: projection }), ['batch_size', projection]);
  put('last_hidden_state', last, dims);
  if (hiddenStates) for (const [i, state] of states.entries()) put(`hidden_states.${i}`, state, dims);
  return graph.model();
}

function embed(graph: TinyGraph, ids: string, { vocabulary, width }: TextEncoderOptions): string {
  const words = graph.add('Gather', [graph.weight([vocabulary, width], 1), ids], { axis: 0 });
  return graph.add('Add', [words, graph.weight([TOKENS, width], 0.3)]);
}

/** A layer that reads the mean of all states so far. */
function causalLayer(graph: TinyGraph, state: string, width: number): string {
  const sum = graph.add('CumSum', [state, graph.integers(1)]);
  const shares = Array.from({ length: TOKENS }, (_, i) => 1 / (i + 1));
  const mean = graph.add('Mul', [sum, graph.constant(shares, [TOKENS, 1])]);
  const read = graph.add('Concat', [state, mean], { axis: -1 });
  return graph.add('Add', [state, graph.add('Tanh', [linear(graph, read, { from: 2 * width, to: width })])]);
}

function normalise(graph: TinyGraph, state: string): string {
  const mean = graph.add('ReduceMean', [state], { axes: [-1], keepdims: 1 });
  const centred = graph.add('Sub', [state, mean]);
  const variance = graph.add('ReduceMean', [graph.add('Mul', [centred, centred])], { axes: [-1], keepdims: 1 });
  const deviation = graph.add('Sqrt', [graph.add('Add', [variance, graph.constant([1e-3], [1])])]);
  return graph.add('Div', [centred, deviation]);
}

/** The state at the first of the highest ids. */
function atHighest(graph: TinyGraph, state: string, ids: string): string {
  const place = graph.add('ArgMax', [graph.add('Cast', [ids], { to: 1 })], { axis: 1, keepdims: 1 });
  return graph.add('GatherND', [state, place], { batch_dims: 1 });
}
