import type { TinyGraph } from './graph.ts';

/** `x * w + b` over the last axis. */
export function linear(graph: TinyGraph, value: string, { from, to }: { readonly from: number; readonly to: number }): string {
  const product = graph.add('MatMul', [value, graph.weight([from, to], 1 / Math.sqrt(from))]);
  return graph.add('Add', [product, graph.weight([to], 0.1)]);
}

/** A convolution that keeps the size, or divides it by `stride`, rounded up. */
export function convolution(
  graph: TinyGraph,
  value: string,
  { from, to, stride = 1 }: { readonly from: number; readonly to: number; readonly stride?: number },
): string {
  const weights = [graph.weight([to, from, 3, 3], 1 / Math.sqrt(9 * from)), graph.weight([to], 0.1)];
  return graph.add('Conv', [value, ...weights], { kernel_shape: [3, 3], strides: [stride, stride], pads: [1, 1, 1, 1] });
}

/** A convolution whose squares of `size` pixels become one; what is left over at the right and below is not seen. */
export function patches(
  graph: TinyGraph,
  value: string,
  { from, to, size }: { readonly from: number; readonly to: number; readonly size: number },
): string {
  const weights = [graph.weight([to, from, size, size], 1 / (size * Math.sqrt(from))), graph.weight([to], 0.1)];
  return graph.add('Conv', [value, ...weights], { kernel_shape: [size, size], strides: [size, size] });
}

/** `x * sigmoid(x)`. */
export function silu(graph: TinyGraph, value: string): string {
  return graph.add('Mul', [value, graph.add('Sigmoid', [value])]);
}

/** Sines and cosines of numbers at `width / 2` frequencies each, as the last axis: `[..., n]` becomes `[..., n * width]` by way of a shape. */
export function waves(graph: TinyGraph, numbers: string, width: number): string {
  const half = width / 2;
  const frequencies = Array.from({ length: half }, (_, i) => 10_000 ** (-i / half));
  const column = graph.add('Unsqueeze', [numbers, graph.integers([-1])]);
  const angles = graph.add('Mul', [column, graph.constant(frequencies, [half])]);
  return graph.add('Concat', [graph.add('Cos', [angles]), graph.add('Sin', [angles])], { axis: -1 });
}

/** Time as a vector of `width` for every entry of the batch, or one for all of them: from a scalar or a list of timesteps of any type. */
export function timeEmbedding(graph: TinyGraph, timestep: string, width: number): string {
  const list = graph.add('Reshape', [graph.toFloat(timestep), graph.integers([-1])]);
  return linear(graph, silu(graph, linear(graph, waves(graph, list, width), { from: width, to: width })), { from: width, to: width });
}

/** Adds a vector for every entry of the batch to all its places. */
export function addToPlaces(
  graph: TinyGraph,
  value: string,
  { vector, from, to }: { readonly vector: string; readonly from: number; readonly to: number },
): string {
  const projected = linear(graph, vector, { from, to });
  return graph.add('Add', [value, graph.add('Reshape', [projected, graph.integers([-1, to, 1, 1])])]);
}

/** What the places of a picture read from tokens, added to them. */
export function crossAttention(
  graph: TinyGraph,
  value: string,
  { tokens, width, tokenWidth }: { readonly tokens: string; readonly width: number; readonly tokenWidth: number },
): string {
  const shape = graph.add('Shape', [value]);
  const places = graph.add('Transpose', [graph.add('Reshape', [value, graph.integers([0, width, -1])])], { perm: [0, 2, 1] });
  const query = linear(graph, places, { from: width, to: width });
  const key = graph.add('Transpose', [linear(graph, tokens, { from: tokenWidth, to: width })], { perm: [0, 2, 1] });
  const scores = graph.add('Mul', [graph.add('MatMul', [query, key]), graph.constant([1 / Math.sqrt(width)], [1])]);
  const read = graph.add('MatMul', [graph.add('Softmax', [scores], { axis: -1 }), linear(graph, tokens, { from: tokenWidth, to: width })]);
  const back = graph.add('Transpose', [linear(graph, read, { from: width, to: width })], { perm: [0, 2, 1] });
  return graph.add('Add', [value, graph.add('Reshape', [back, shape])]);
}

/** A picture as large as another, each of its pixels repeated. */
export function enlargeTo(graph: TinyGraph, value: string, like: string): string {
  const shape = graph.add('Shape', [value]);
  const head = graph.add('Slice', [shape, graph.integers([0]), graph.integers([2])]);
  const sides = graph.add('Slice', [graph.add('Shape', [like]), graph.integers([2]), graph.integers([4])]);
  const sizes = graph.add('Concat', [head, sides], { axis: 0 });
  return graph.add('Resize', [value, '', '', sizes], {
    mode: 'nearest',
    nearest_mode: 'floor',
    coordinate_transformation_mode: 'asymmetric',
  });
}
