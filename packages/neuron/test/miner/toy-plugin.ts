import { defineModel, definePlugin, type Plugin } from '@vision-sdk/core';
import { z } from 'zod';
import { Echo } from './support.ts';

/** A plugin with one model that answers words of at most 20 letters, run in the miner's own process. */
export function echoPlugin(id: string, answer: (word: string) => string | Promise<string>): Plugin {
  const model = defineModel({
    id,
    weights: [],
    resources: { memory: '1MiB' },
    load: async () => ({ async [Symbol.asyncDispose]() {} }),
  }).serve({
    synapse: Echo,
    accepts: z.object({ word: z.string().max(20) }),
    sample: () => ({ word: 'sample' }),
    run: async (_loaded, { word }) => ({ word: await answer(word), error_message: null }),
  });
  return definePlugin({ name: id, version: '1.0.0', options: z.object({}), contribute: () => ({ models: [model] }) })();
}

/** A plugin with one model that shouts. */
export const toyPlugin: Plugin = echoPlugin('shouter', (word) => word.toUpperCase());
