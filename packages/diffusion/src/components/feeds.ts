import { createTensor, float16Tensor, float32ToFloat16, floatTensorFor, int64Tensor, type Tensor, type ValueInfo } from '@vision-sdk/onnx';
import type { Plane } from './plane.ts';

/** Tensors of what stays the same from step to step: each plane is put into the precision of its input once. */
export class KeptTensors {
  readonly #tensors = new WeakMap<Plane, Tensor>();

  of(input: ValueInfo, plane: Plane): Tensor {
    const known = this.#tensors.get(plane);
    if (known !== undefined && known.type === input.type) return known;
    const tensor = floatTensor(input, plane);
    this.#tensors.set(plane, tensor);
    return tensor;
  }
}

/** Tensors of arrays that are filled anew for each step: where they must be converted, it is always into the same array. */
export class ReusedTensors {
  readonly #halves = new WeakMap<Float32Array, Uint16Array>();

  of(input: ValueInfo, { data, dims }: Plane): Tensor {
    if (input.type !== 'float16') return floatTensorFor(input, data, dims);
    const halves = float32ToFloat16(data, this.#halves.get(data));
    this.#halves.set(data, halves);
    return float16Tensor(halves, dims);
  }
}

/** A plane in the precision of an input; 32-bit floats are not copied. */
export function floatTensor(input: ValueInfo, { data, dims }: Plane): Tensor {
  return floatTensorFor(input, data, dims);
}

/** Whole numbers as an input takes them, 32 or 64 bits. */
export function idsTensor(input: ValueInfo, ids: readonly number[], dims: readonly number[]): Tensor {
  return input.type === 'int32' ? createTensor('int32', Int32Array.from(ids), dims) : int64Tensor(ids, dims);
}

/** A single number, as often as an input wants it: a scalar, once, or once for each entry of the batch, floating or whole. */
export function numberTensor(
  input: ValueInfo,
  value: number,
  { batch, batchDim }: { batch: number; batchDim?: number | string | undefined },
): Tensor {
  const [dim] = input.dims;
  const forEach = typeof dim === 'string' && dim !== '' && dim === batchDim;
  const count = typeof dim === 'number' ? dim : forEach ? batch : 1;
  const dims = input.dims.length === 0 ? [] : [count];
  const values = new Array<number>(input.dims.length === 0 ? 1 : count).fill(value);
  if (input.type === 'float64') return createTensor('float64', Float64Array.from(values), dims);
  if (input.type === 'int64' || input.type === 'int32') return idsTensor(input, values.map(Math.round), dims);
  return floatTensorFor(input, Float32Array.from(values), dims);
}

/** True or false as an input takes it. */
export function flagTensor(input: ValueInfo, value: boolean): Tensor {
  return createTensor('bool', Uint8Array.of(value ? 1 : 0), input.dims.length === 0 ? [] : [1]);
}
