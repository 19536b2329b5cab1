import { join } from 'node:path';
import { inspectModelSync } from '@vision-sdk/onnx';
import type { DiffusersWeights } from './wanted.ts';

const RANDOM = /^ai\.onnx:Random(Normal|Uniform)/;

/** True where a component's graph draws random numbers itself, as VAE encoders of older exports do: what it gives cannot be repeated. */
export function drawsItself(weights: DiffusersWeights, component: string): boolean {
  const graph = weights.graphs[component];
  if (weights.kind !== 'folder' || graph === undefined) return false;
  try {
    return inspectModelSync(join(weights.folder, graph)).operators.some((operator) => RANDOM.test(operator));
  } catch {
    return false;
  }
}
