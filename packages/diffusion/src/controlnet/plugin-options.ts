import type { Resources } from '@vision-sdk/core';
import type { z } from 'zod';
import { estimatedMemory, type MemoryOptions } from '../weights/memory.ts';
import type { modelOption } from '../weights/options.ts';
import type { ControlledSources } from './load-controlled.ts';

/** What a model with ControlNets needs where its largest side is `side` pixels: as the options say, else estimated from the files. */
export function controlledResources({ model, nets }: ControlledSources, side: number, options?: MemoryOptions): Resources {
  const loaded = Object.entries(nets).flatMap(([name, weights]) => (weights === undefined ? [] : [[name, weights.bytes] as const]));
  const bytes = loaded.reduce((sum, [, own]) => sum + own, model.bytes);
  return estimatedMemory({ bytes, componentBytes: { ...model.componentBytes, ...Object.fromEntries(loaded) } }, side, options);
}

type Model = z.output<typeof modelOption>;

/** Why several hub repositories cannot be told apart: the host looks files up by name alone. Undefined where they can. */
export function clashingFiles(models: readonly Model[]): string | undefined {
  const owners = new Map<string, string>();
  for (const model of models.filter((one): one is Exclude<Model, string> => typeof one !== 'string')) {
    const owner = `${model.repository}@${model.revision}`;
    for (const file of model.files) {
      if ((owners.get(file) ?? owner) !== owner) return `${file} is in ${owners.get(file)} and in ${owner}; give a folder for one of them`;
      owners.set(file, owner);
    }
  }
  return undefined;
}
