import type { Tensor, TensorArrays, Tensors, ValueInfo } from '@vision-sdk/onnx';

type Numbers = Exclude<TensorArrays[keyof TensorArrays], readonly string[]>;

/** A run of a batch. */
export interface RowsRun {
  readonly inputs: readonly ValueInfo[];
  readonly feeds: Tensors;
  readonly batch: number;
}

/** Runs a graph that was exported with a fixed batch as often as the batch needs, the last time with rows to spare; any other graph once. */
export async function runInRows({ inputs, feeds, batch }: RowsRun, run: (feeds: Tensors) => Promise<Tensors>): Promise<Tensors> {
  const rows = fixedRows({ inputs, feeds, batch });
  if (rows === undefined) return run(feeds);
  const entries = new Set(inputs.filter((input) => isOfEntries(input, feeds[input.name], { rows, batch })).map(({ name }) => name));
  const parts: Tensors[] = [];
  for (let row = 0; row < batch; row += rows) {
    const part = await run(mapTensors(feeds, (tensor, name) => (entries.has(name) ? takeRows(tensor, row, rows) : tensor)));
    const wanted = Math.min(rows, batch - row);
    parts.push(wanted === rows ? part : mapTensors(part, (tensor) => takeRows(tensor, 0, wanted)));
  }
  return mapTensors(parts[0]!, (_, name) => joinRows(parts.map((part) => part[name]!)));
}

/** The batch that a graph insists on, where it is another one. */
function fixedRows({ inputs, feeds, batch }: RowsRun): number | undefined {
  const sizes = inputs.flatMap(({ name, dims: [first] }) => (typeof first === 'number' && feeds[name]?.dims[0] === batch ? [first] : []));
  const rows = Math.max(0, ...sizes);
  return rows === 0 || rows === batch ? undefined : rows;
}

/** True for what has a row for each entry. A list of one beside a single entry may as well be a scalar, such as a timestep. */
function isOfEntries({ dims: [first] }: ValueInfo, tensor: Tensor | undefined, { rows, batch }: { rows: number; batch: number }): boolean {
  return tensor?.dims[0] === batch && (first === rows || batch > 1);
}

function mapTensors(tensors: Tensors, convert: (tensor: Tensor, name: string) => Tensor): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, convert(tensor, name)]));
}

/** Rows from one on; where there are too few, the last one again. */
function takeRows(tensor: Tensor, from: number, rows: number): Tensor {
  const [all = 1, ...rest] = tensor.dims;
  const size = tensor.data.length / all;
  const data = tensor.data as Float32Array;
  const there = data.subarray(from * size, Math.min(from + rows, all) * size);
  const dims = [rows, ...rest];
  if (there.length === rows * size) return { ...tensor, dims, data: there } as Tensor;
  const filled = new (data.constructor as new (length: number) => Float32Array)(rows * size);
  for (let row = 0; row < rows; row++)
    filled.set(data.subarray(Math.min(from + row, all - 1) * size, (Math.min(from + row, all - 1) + 1) * size), row * size);
  return { ...tensor, dims, data: filled } as Tensor;
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
