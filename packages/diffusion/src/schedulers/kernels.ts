import { apart } from '../apart.ts';

const { fround } = Math;

// Loops multiply by a reciprocal in double precision: rounded to single precision it is the quotient, and much faster.

/** What a model predicts. */
export type Prediction = 'epsilon' | 'sample' | 'v_prediction';

/** Parts of sample and noise that a noisy sample has: `alpha * sample + sigma * noise`. */
export interface Mix {
  readonly alpha: number;
  readonly sigma: number;
}

/** Works the finished sample out of a noisy one and the model's output. Each operation rounds to single precision, as torch's do. */
export const predictOriginal = apart(function predictOriginal(
  prediction: Prediction,
  { output, sample, out }: { readonly output: Float32Array; readonly sample: Float32Array; readonly out: Float32Array },
  { alpha, sigma }: Mix,
): void {
  const perAlpha = 1 / alpha;
  if (prediction === 'sample') out.set(output);
  else if (prediction === 'epsilon')
    for (let i = 0; i < out.length; i++) out[i] = fround(sample[i]! - fround(sigma * output[i]!)) * perAlpha;
  else for (let i = 0; i < out.length; i++) out[i] = fround(alpha * sample[i]!) - fround(sigma * output[i]!);
});

/** Works the noise out of a noisy sample and the model's output. */
export const predictNoise = apart(function predictNoise(
  prediction: Prediction,
  { output, sample, out }: { readonly output: Float32Array; readonly sample: Float32Array; readonly out: Float32Array },
  { alpha, sigma }: Mix,
): void {
  const perSigma = 1 / sigma;
  if (prediction === 'epsilon') out.set(output);
  else if (prediction === 'sample')
    for (let i = 0; i < out.length; i++) out[i] = fround(sample[i]! - fround(alpha * output[i]!)) * perSigma;
  else for (let i = 0; i < out.length; i++) out[i] = fround(alpha * output[i]!) + fround(sigma * sample[i]!);
});

/** `out = a * x + b * y`. */
export const blend = apart(function blend(
  out: Float32Array,
  [a, x]: readonly [number, Float32Array],
  [b, y]: readonly [number, Float32Array],
): void {
  for (let i = 0; i < out.length; i++) out[i] = fround(a * x[i]!) + fround(b * y[i]!);
});

/** `out += a * x`. */
export const accumulate = apart(function accumulate(out: Float32Array, a: number, x: Float32Array): void {
  for (let i = 0; i < out.length; i++) out[i] = out[i]! + fround(a * x[i]!);
});

/** Keeps values within `limit` of zero. NaN stays. */
export const clip = apart(function clip(values: Float32Array, limit: number): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value > limit) values[i] = limit;
    else if (value < -limit) values[i] = -limit;
  }
});
