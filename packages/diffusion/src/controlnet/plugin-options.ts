import type { Resources } from '@vision-sdk/core';
import { z } from 'zod';
import { VISION_NEGATIVE_PREFIX } from '../requests/prompts.ts';
import { rangesOption } from '../requests/range-options.ts';
import { stackOptions } from '../stable/stack-options.ts';
import { estimatedMemory } from '../weights/memory.ts';
import { memoryOption, modelOption, precisionOption } from '../weights/options.ts';
import type { ControlledSources } from './load-controlled.ts';

/** Options that every plugin with ControlNets has. Spread them into a schema. */
export const controlledOptions = {
  model: modelOption,
  precision: precisionOption.optional(),
  ...stackOptions,
  negativePrefix: z.string().max(2000).default(VISION_NEGATIVE_PREFIX).meta({ description: 'Put before every negative prompt' }),
  ranges: rangesOption,
  maxPixels: z
    .int()
    .min(64 * 64)
    .default(4096 * 4096)
    .meta({ description: 'Pictures in requests that have more pixels are refused before they are decoded' }),
  memory: memoryOption.optional().meta({ description: 'Memory that the whole loaded model needs; estimated from the files if left out' }),
  components: z
    .record(z.string(), memoryOption)
    .optional()
    .meta({ description: 'Memory of components; estimated from the files if left out' }),
  licence: z.string().min(1).default('unknown').meta({ description: 'Licence of the weights' }),
};

/** What the options say of memory. */
export interface MemoryOptions {
  readonly memory?: string | undefined;
  readonly components?: Readonly<Record<string, string>> | undefined;
}

/** What a model with ControlNets needs where its largest side is `side` pixels: as the options say, else estimated from the files. */
export function controlledResources({ model, nets }: ControlledSources, side: number, options: MemoryOptions = {}): Resources {
  const loaded = Object.entries(nets).flatMap(([name, weights]) => (weights === undefined ? [] : [[name, weights.bytes] as const]));
  const bytes = loaded.reduce((sum, [, own]) => sum + own, model.bytes);
  const estimate = estimatedMemory({ bytes, componentBytes: { ...model.componentBytes, ...Object.fromEntries(loaded) } }, side);
  return { memory: options.memory ?? estimate.memory, components: { ...estimate.components, ...options.components } };
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
