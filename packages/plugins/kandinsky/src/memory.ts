import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Resources } from '@vision-sdk/core';
import type { DiffusersWeights, SideRange } from '@vision-sdk/diffusion';

/** What a loaded graph takes for each byte of its files. */
const OVERHEAD = 1.15;
/** What the largest component works with for each pixel of the largest picture. */
const WORKING_BYTES = 2048;
/** Memory of Kandinsky 2.2 as published, in 16 bits, where nobody knows the sizes of the files. */
const PUBLISHED_BYTES = 16 * 2 ** 30;

/** What the components need, worked out from their files and from the largest picture. */
export function resourcesOf(weights: DiffusersWeights, { most }: SideRange, memory: string | undefined): Resources {
  const working = WORKING_BYTES * most ** 2;
  const files = weights.bytes > 0 ? weights.bytes * OVERHEAD : PUBLISHED_BYTES;
  const components = Object.entries(weights.graphs).map(([name, graph]) => [name, sizeText(componentBytes(weights, graph) * OVERHEAD)]);
  return { memory: memory ?? sizeText(files + working), components: Object.fromEntries(components) };
}

/** Bytes of the files beside a graph, itself included; 0 where they are not in a folder. */
function componentBytes(weights: DiffusersWeights, graph: string): number {
  if (weights.kind !== 'folder') return 0;
  const beside = weights.files.filter((file) => dirname(file) === dirname(graph));
  return beside.reduce((sum, file) => sum + (statSync(join(weights.folder, file), { throwIfNoEntry: false })?.size ?? 0), 0);
}

function sizeText(bytes: number): string {
  return `${Math.max(1, Math.ceil(bytes / 2 ** 20))}MiB`;
}
