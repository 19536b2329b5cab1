import { join } from 'node:path';
import type { WeightSource } from '@vision-sdk/core';
import { configFile } from './layouts.ts';
import type { DiffusersWeights } from './wanted.ts';

/** Weights with components from elsewhere, which stand in for their own. */
export function withParts(own: DiffusersWeights, parts: Readonly<Record<string, DiffusersWeights>>): DiffusersWeights {
  const found = Object.entries(parts).filter(([name, part]) => part.graphs[name] !== undefined);
  const graphs = { ...own.graphs, ...Object.fromEntries(found.map(([name, part]) => [name, part.graphs[name]!])) };
  const bytes = Object.fromEntries(found.map(([name, part]) => [name, part.componentBytes[name]!]));
  return { ...own, graphs, componentBytes: { ...own.componentBytes, ...bytes }, parts };
}

/** The source that a component is from. */
export function partOf(weights: DiffusersWeights, component: string): DiffusersWeights {
  return weights.parts[component] ?? weights;
}

/** Where the `config.json` of a component may be, the first that is there counts: beside its graph, and for one from elsewhere also where the model has its own. */
export function configPlaces(
  weights: DiffusersWeights,
  component: string,
): readonly { readonly from: DiffusersWeights; readonly file: string }[] {
  const part = partOf(weights, component);
  const places = [{ from: part, file: configFile(part.files, component, part.graphs[component]) }];
  if (part !== weights) places.push({ from: weights, file: configFile(weights.files, component) });
  return places.filter(({ from, file }) => from.files.includes(file));
}

/** Path of a component's graph, undefined on a hub and where there is none. */
export function graphPath(weights: DiffusersWeights, component: string): string | undefined {
  const part = partOf(weights, component);
  const graph = part.graphs[component];
  return part.kind === 'folder' && graph !== undefined ? join(part.folder, graph) : undefined;
}

/**
 * Every source of some weights, for `Model.weights`. The host looks files up by name in their order: files of hubs come before those of folders, which nobody
 * looks up.
 */
export function weightSources(...weights: readonly DiffusersWeights[]): readonly WeightSource[] {
  const sources = weights.flatMap((one) => [one, ...Object.values(one.parts)]);
  return [...sources.filter(({ kind }) => kind === 'hub'), ...sources.filter(({ kind }) => kind !== 'hub')];
}

/** Bytes of some weights, those of components from elsewhere included. */
export function bytesOf({ bytes, parts = {} }: Pick<DiffusersWeights, 'bytes'> & Partial<Pick<DiffusersWeights, 'parts'>>): number {
  return Object.values(parts).reduce((sum, part) => sum + part.bytes, bytes);
}
