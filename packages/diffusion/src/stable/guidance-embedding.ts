import type { Plane } from '../components/plane.ts';

const LONGEST = 10_000;
const SCALE = 1000;
const { fround } = Math;

/** The guidance scale as LCM networks take it, sines and then cosines, once for each entry: diffusers' `get_guidance_scale_embedding`. */
export function guidanceEmbedding(guidance: number, { width, batch }: { readonly width: number; readonly batch: number }): Plane {
  const half = Math.floor(width / 2);
  const step = fround(Math.log(LONGEST) / (half - 1));
  const row = new Float32Array(width);
  for (let i = 0; i < half; i++) {
    const angle = fround(fround(guidance * SCALE) * fround(Math.exp(fround(i * -step))));
    row[i] = Math.sin(angle);
    row[half + i] = Math.cos(angle);
  }
  const data = new Float32Array(width * batch);
  for (let entry = 0; entry < batch; entry++) data.set(row, entry * width);
  return { data, dims: [batch, width] };
}
