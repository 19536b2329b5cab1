import { apart } from './apart.ts';
import { fail } from './errors.ts';

const { exp, fround } = Math;
const [LEAST_LOG_VARIANCE, MOST_LOG_VARIANCE] = [-30, 20];

/** Guided values of a batch's two halves. */
const mix = apart(function mix(
  out: Float32Array,
  { unconditional, conditional }: { readonly unconditional: Float32Array; readonly conditional: Float32Array },
  scale: number,
): void {
  const factor = fround(scale);
  for (let i = 0; i < out.length; i++) {
    const base = unconditional[i]!;
    out[i] = base + fround(factor * fround(conditional[i]! - base));
  }
});

/**
 * Classifier-free guidance: `unconditional + scale * (conditional - unconditional)`, from outputs that follow each other, unconditional first, as a
 * model gives them for a batch of both. Throws `VISION_DIFFUSION_BAD_STEP`.
 */
export function guide(outputs: Float32Array, scale: number, out: Float32Array = new Float32Array(outputs.length / 2)): Float32Array {
  if (outputs.length !== 2 * out.length)
    throw fail('BAD_STEP', { problem: `guidance takes two outputs of ${out.length} values, not ${outputs.length}` });
  mix(out, { unconditional: outputs, conditional: outputs.subarray(out.length) }, scale);
  return out;
}

/**
 * Guidance for a model that also learns the variance, which each entry of the batch has behind its prediction: the predictions are guided, the
 * variances taken from the conditional half, as Kandinsky does. The result is what a scheduler with a learned variance takes.
 */
export function guideLearned(
  outputs: Float32Array,
  { scale, batch }: { readonly scale: number; readonly batch: number },
  out: Float32Array = new Float32Array(outputs.length / 2),
): Float32Array {
  const size = outputs.length / (4 * batch);
  if (!Number.isInteger(size) || out.length !== outputs.length / 2)
    throw fail('BAD_STEP', { problem: `${outputs.length} values of guided output for a batch of ${batch}` });
  for (let entry = 0; entry < batch; entry++) {
    const [unconditional, conditional] = [2 * entry * size, 2 * (batch + entry) * size];
    const pair = { unconditional: outputs.subarray(unconditional), conditional: outputs.subarray(conditional) };
    mix(out.subarray(unconditional, unconditional + size), pair, scale);
    out.set(outputs.subarray(conditional + size, conditional + 2 * size), unconditional + size);
  }
  return out;
}

/**
 * Latents drawn from a VAE encoder's `latent_parameters`, which hold the means and then the logarithms of the variances of each entry of the batch:
 * `mean + exp(0.5 * logVariance) * noise`, logarithms kept within -30 and 20.
 */
export function samplePosterior(parameters: Float32Array, noise: Float32Array, batch = 1): Float32Array {
  if (parameters.length !== 2 * noise.length)
    throw fail('BAD_STEP', { problem: `${parameters.length} latent parameters for ${noise.length} values of noise` });
  const size = noise.length / batch;
  return noise.map((value, i) => {
    const mean = i + Math.floor(i / size) * size;
    const logVariance = Math.min(Math.max(parameters[mean + size]!, LEAST_LOG_VARIANCE), MOST_LOG_VARIANCE);
    return parameters[mean]! + fround(fround(exp(fround(0.5 * logVariance))) * value);
  });
}

/** Values times a factor in single precision, such as a VAE's scaling factor; in place if `out` is the same array. */
export function scale(values: Float32Array, factor: number, out: Float32Array = new Float32Array(values.length)): Float32Array {
  const single = fround(factor);
  for (let i = 0; i < out.length; i++) out[i] = values[i]! * single;
  return out;
}
