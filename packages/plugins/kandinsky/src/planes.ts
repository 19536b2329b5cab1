import type { Plane } from '@vision-sdk/diffusion';

/** Every entry of a batch `count` times in place, as torch's `repeat_interleave` along the batch. */
export function repeatEntries(plane: Plane, count: number): Plane {
  if (count === 1) return plane;
  const [batch = 0, ...rest] = plane.dims;
  const size = plane.data.length / batch;
  const data = new Float32Array(plane.data.length * count);
  for (let entry = 0; entry < batch * count; entry++) {
    const from = Math.floor(entry / count) * size;
    data.set(plane.data.subarray(from, from + size), entry * size);
  }
  return { data, dims: [batch * count, ...rest] };
}

/** Two batches as one. */
export function joinBatches(first: Plane, second: Plane): Plane {
  const data = new Float32Array(first.data.length + second.data.length);
  data.set(first.data);
  data.set(second.data, first.data.length);
  return { data, dims: [first.dims[0]! + second.dims[0]!, ...first.dims.slice(1)] };
}
