import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from '@vision-sdk/core';
import { canny, clip, kandinsky, scribble, sd15, sdxl } from '@vision-sdk/models-mini';
import { resolvePlugin } from '@vision-sdk/neuron/host';

/** Where the package has its models. */
export const MODELS = fileURLToPath(new URL('../../../packages/models-mini/models', import.meta.url));

/** By the id of the model that they serve: plugins with their options, as in a config. */
const PLUGINS: Readonly<Record<string, readonly [name: string, options: object]>> = {
  sdxl: ['@vision-sdk/plugin-sdxl-turbo', { ...sdxl, id: 'sdxl' }],
  'sdxl-keeping': ['@vision-sdk/plugin-sdxl-turbo', { ...sdxl, id: 'sdxl-keeping', inpaint: { keepRest: true } }],
  sd15: ['@vision-sdk/plugin-inpaint', { ...sd15, id: 'sd15', keepRest: true }],
  scribble: ['@vision-sdk/plugin-scribble', { ...scribble, id: 'scribble' }],
  canny: ['@vision-sdk/plugin-controlnet', { ...canny, id: 'canny' }],
  kandinsky: ['@vision-sdk/plugin-kandinsky', { ...kandinsky, id: 'kandinsky' }],
  clip: ['@vision-sdk/plugin-clip', clip],
  'clip-text': ['@vision-sdk/plugin-clip', clip],
  'vision-x2': ['@vision-sdk/plugin-upscale', {}],
};

/** A plugin with the paths that it needs. */
export interface Candidate {
  readonly paths: readonly string[];
  load(): Promise<Plugin>;
}

/** What serves a model, with the package's options and the weights in `models`. */
export function candidateOf(id: string, models: string): Candidate {
  const known = PLUGINS[id];
  if (known === undefined) throw new Error(`no plugin is known for the model ${id}`);
  const paths: string[] = [];
  const options = JSON.parse(JSON.stringify(known[1]), (_, value: unknown) => {
    if (typeof value !== 'string' || !value.startsWith(MODELS)) return value;
    return paths[paths.push(join(models, relative(MODELS, value))) - 1];
  }) as object;
  return { paths, load: () => resolvePlugin([known[0], { ...options }], import.meta.dirname) };
}
