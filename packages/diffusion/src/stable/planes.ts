import type { Plane } from '../components/plane.ts';

/** Each row `times` over, in place of itself, as torch's `repeat_interleave`. The plane itself where once is enough. */
export function repeatRows(plane: Plane, times: number): Plane {
  if (times === 1) return plane;
  const [rows = 1, ...rest] = plane.dims;
  const size = plane.data.length / rows;
  const data = new Float32Array(plane.data.length * times);
  for (let row = 0; row < rows * times; row++) {
    const from = Math.floor(row / times) * size;
    data.set(plane.data.subarray(from, from + size), row * size);
  }
  return { data, dims: [rows * times, ...rest] };
}

/** Planes one below the other. The plane itself where there is only one. */
export function stackRows(planes: readonly Plane[]): Plane {
  const [first] = planes;
  if (planes.length === 1) return first!;
  const data = new Float32Array(planes.reduce((sum, plane) => sum + plane.data.length, 0));
  let at = 0;
  for (const plane of planes) {
    data.set(plane.data, at);
    at += plane.data.length;
  }
  return { data, dims: [planes.reduce((sum, { dims }) => sum + dims[0]!, 0), ...first!.dims.slice(1)] };
}

/** Planes side by side along their last dimension. The plane itself where there is only one. */
export function concatWidths(planes: readonly Plane[]): Plane {
  const [first] = planes;
  if (planes.length === 1) return first!;
  const widths = planes.map(({ dims }) => dims.at(-1)!);
  const width = widths.reduce((sum, each) => sum + each, 0);
  const lines = first!.data.length / widths[0]!;
  const data = new Float32Array(lines * width);
  let left = 0;
  for (const [i, plane] of planes.entries()) {
    const each = widths[i]!;
    for (let line = 0; line < lines; line++) data.set(plane.data.subarray(line * each, (line + 1) * each), line * width + left);
    left += each;
  }
  return { data, dims: [...first!.dims.slice(0, -1), width] };
}

/** A plane of nothing, of the same shape. */
export function zerosLike({ data, dims }: Plane): Plane {
  return { data: new Float32Array(data.length), dims };
}

/** One entry of a batch; its data is a view. */
export function entryOf({ data, dims }: Plane, entry: number): Plane {
  const size = data.length / dims[0]!;
  return { data: data.subarray(entry * size, (entry + 1) * size), dims: [1, ...dims.slice(1)] };
}
