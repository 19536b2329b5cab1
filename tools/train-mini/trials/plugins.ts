import { join } from 'node:path';
import type { Plugin } from '@vision-sdk/core';
import { canny, clip, kandinsky, scribble, sd15, sdxl } from '@vision-sdk/models-mini';
import clipPlugin from '@vision-sdk/plugin-clip';
import controlnetPlugin from '@vision-sdk/plugin-controlnet';
import inpaintPlugin from '@vision-sdk/plugin-inpaint';
import kandinskyPlugin from '@vision-sdk/plugin-kandinsky';
import scribblePlugin from '@vision-sdk/plugin-scribble';
import sdxlTurboPlugin from '@vision-sdk/plugin-sdxl-turbo';
import upscalePlugin from '@vision-sdk/plugin-upscale';

/** A model under trial: the folders that it needs, and the plugin that serves it from them. */
interface Candidate {
  readonly folders: readonly string[];
  plugin(at: (folder: string) => string): Plugin;
}

/** By the id of the model that the plugin serves. */
const CANDIDATES: Readonly<Record<string, Candidate>> = {
  sdxl: painter('sdxl', (model) => sdxlTurboPlugin({ ...sdxl, id: 'sdxl', model })),
  'sdxl-keeping': painter('sdxl', (model) => sdxlTurboPlugin({ ...sdxl, id: 'sdxl-keeping', model, inpaint: { keepRest: true } })),
  'sdxl-b': painter('sdxl-b', (model) => sdxlTurboPlugin({ ...sdxl, id: 'sdxl-b', model })),
  sd15: painter('sd15', (model) => inpaintPlugin({ ...sd15, id: 'sd15', model, keepRest: true })),
  scribble: {
    folders: ['sd15', 'control-scribble'],
    plugin: (at) => scribblePlugin({ ...scribble, id: 'scribble', model: at('sd15'), controlnet: at('control-scribble') }),
  },
  canny: {
    folders: ['sd15', 'control-canny'],
    plugin: (at) => controlnetPlugin({ ...canny, id: 'canny', model: at('sd15'), controlnets: { canny: at('control-canny') } }),
  },
  kandinsky: painter('kandinsky', (model) => kandinskyPlugin({ ...kandinsky, id: 'kandinsky', model })),
  clip: painter('clip', (model) => clipPlugin({ ...clip, model })),
  'vision-x2': { folders: [], plugin: () => upscalePlugin({}) },
};

function painter(folder: string, plugin: (model: string) => Plugin): Candidate {
  return { folders: [folder], plugin: (at) => plugin(at(folder)) };
}

/** The folders that a model needs. Throws for models without a plugin. */
export function foldersOf(id: string, models: string): readonly string[] {
  return candidateOf(id).folders.map((folder) => join(models, folder));
}

/** The plugin that serves a model from its folders. */
export function pluginOf(id: string, models: string): Plugin {
  return candidateOf(id).plugin((folder) => join(models, folder));
}

/** `clip-text` is served by the plugin of `clip`. */
function candidateOf(id: string): Candidate {
  const candidate = CANDIDATES[id === 'clip-text' ? 'clip' : id];
  if (candidate === undefined) throw new Error(`no plugin is known for the model ${id}`);
  return candidate;
}
