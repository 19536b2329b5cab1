import type { Resources } from '@vision-sdk/core';
import { bytesOf } from './parts.ts';
import type { DiffusersWeights } from './wanted.ts';

const MIB = 2 ** 20;
/** What a runtime keeps for a component besides its weights: copies laid out for its kernels, buffers. */
const OVERHEAD = 1.15;
const LEAST_MIB = 32;
/** What activations take at a side of 1024: mostly the decoder's. */
const ACTIVATIONS_MIB = 3072;
const ACTIVATION_SIDE = 1024;

/** What the options of a plugin say of memory. */
export interface MemoryOptions {
  readonly memory?: string | undefined;
  readonly components?: Readonly<Record<string, string>> | undefined;
}

/**
 * What a model needs, estimated from the size of its files and of the largest pictures, in pixels of a side: for `Model.resources`. What the options say counts instead.
 * Activations are counted to the model as a whole; components are weights alone.
 */
export function estimatedMemory(
  weights: Pick<DiffusersWeights, 'bytes' | 'componentBytes'> & Partial<Pick<DiffusersWeights, 'parts'>>,
  side: number,
  options: MemoryOptions = {},
): Resources {
  const activations = ACTIVATIONS_MIB * (side / ACTIVATION_SIDE) ** 2;
  const components = Object.entries(weights.componentBytes).map(([name, own]) => [name, mebibytes(weightsMib(own))] as const);
  const memory = options.memory ?? mebibytes(weightsMib(bytesOf(weights)) + activations);
  return { memory, components: { ...Object.fromEntries(components), ...options.components } };
}

function weightsMib(bytes: number): number {
  return Math.max((bytes / MIB) * OVERHEAD, LEAST_MIB);
}

function mebibytes(count: number): string {
  return `${Math.ceil(count)}MiB`;
}
