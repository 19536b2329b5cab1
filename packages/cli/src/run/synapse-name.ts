import type { AnySynapse } from '@vision-sdk/core';
import { fail } from '../errors.ts';

/** `TextToImage` -> `text-to-image`: how operations are written on a command line and in a gateway's routes. */
export function kebabCase(name: string): string {
  return name.replace(/(?<!^)(?=[A-Z][a-z])|(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase();
}

/**
 * Finds an operation by `TextToImage`, `text-to-image` or `TextToImage@2`; without a version the newest. Throws SYNAPSE_UNKNOWN, which names the plugins that
 * were left out for want of weights.
 */
export function findSynapse(name: string, synapses: readonly AnySynapse[], leftOut: readonly string[] = []): AnySynapse {
  const [wanted = '', version] = name.split('@');
  const found = synapses
    .filter((synapse) => sameName(synapse.name, wanted) && (version === undefined || String(synapse.version) === version))
    .toSorted((a, b) => b.version - a.version)[0];
  if (found !== undefined) return found;
  throw fail('SYNAPSE_UNKNOWN', { name, known: [...new Set(synapses.map((synapse) => kebabCase(synapse.name)))], leftOut });
}

function sameName(name: string, wanted: string): boolean {
  return name.toLowerCase() === wanted.toLowerCase() || kebabCase(name) === wanted.toLowerCase();
}
