import type { Resources } from '@vision-sdk/core';
import { estimatedMemory, type MemoryOptions } from '../weights/memory.ts';
import { bytesOf } from '../weights/parts.ts';
import type { ControlledSources } from './load-controlled.ts';

/** What a model with ControlNets needs where its largest side is `side` pixels: as the options say, else estimated from the files. */
export function controlledResources({ model, nets }: ControlledSources, side: number, options?: MemoryOptions): Resources {
  const loaded = Object.entries(nets).flatMap(([name, weights]) => (weights === undefined ? [] : [[name, weights.bytes] as const]));
  const bytes = loaded.reduce((sum, [, own]) => sum + own, bytesOf(model));
  return estimatedMemory({ bytes, componentBytes: { ...model.componentBytes, ...Object.fromEntries(loaded) } }, side, options);
}
