import { inspectModelSync } from '@vision-sdk/onnx';
import { graphPath } from './parts.ts';
import type { DiffusersWeights } from './wanted.ts';

const RANDOM = /^ai\.onnx:Random(Normal|Uniform)/;

/** True where a component's graph draws random numbers itself, as VAE encoders of older exports do: what it gives cannot be repeated. */
export function drawsItself(weights: DiffusersWeights, component: string): boolean {
  const path = graphPath(weights, component);
  if (path === undefined) return false;
  try {
    return inspectModelSync(path).operators.some((operator) => RANDOM.test(operator));
  } catch {
    return false;
  }
}
