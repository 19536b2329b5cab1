import type { Tensor, TensorArrays, Tensors, ValueInfo } from '@vision-sdk/onnx';

type Numbers = Exclude<TensorArrays[keyof TensorArrays], readonly string[]>;

/** A run of a batch. */
export interface RowsRun {
  readonly inputs: readonly ValueInfo[];
  readonly feeds: Tensors;
  readonly batch: number;
}

/** Runs a graph that was exported with a fixed batch as often as the batch needs; any other graph once. */
export async function runInRows({ inputs, feeds, batch }: RowsRun, run: (feeds: Tensors) => Promise<Tensors>): Promise<Tensors> {
  const fixed = inputs.filter(({ name, dims }) => typeof dims[0] === 'number' && dims[0] < batch && feeds[name]?.dims[0] === batch);
  const rows = Math.max(0, ...fixed.map(({ dims }) => dims[0] as number));
  if (rows === 0 || batch % rows !== 0) return run(feeds);
  const parts: Tensors[] = [];
  for (let row = 0; row < batch; row += rows)
    parts.push(await run(mapTensors(feeds, (tensor) => (tensor.dims[0] === batch ? sliceRows(tensor, row, rows) : tensor))));
  return mapTensors(parts[0]!, (_, name) => joinRows(parts.map((part) => part[name]!)));
}

function mapTensors(tensors: Tensors, convert: (tensor: Tensor, name: string) => Tensor): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, convert(tensor, name)]));
}

function sliceRows(tensor: Tensor, from: number, rows: number): Tensor {
  const size = tensor.data.length / tensor.dims[0]!;
  const data = (tensor.data as Float32Array).subarray(from * size, (from + rows) * size);
  return { ...tensor, dims: [rows, ...tensor.dims.slice(1)], data } as Tensor;
}

function joinRows(parts: readonly Tensor[]): Tensor {
  const first = parts[0]!;
  const length = parts.reduce((sum, { data }) => sum + data.length, 0);
  const data = new (first.data.constructor as new (length: number) => Numbers)(length);
  let at = 0;
  for (const part of parts) {
    data.set(part.data as never, at);
    at += part.data.length;
  }
  return { ...first, dims: [parts.reduce((sum, { dims }) => sum + (dims[0] ?? 1), 0), ...first.dims.slice(1)], data } as Tensor;
}
