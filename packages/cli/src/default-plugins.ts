import { existsSync } from 'node:fs';
import { canny, clip, kandinsky, scribble, sdxl } from '@vision-sdk/models-mini';

/** A plugin with its options, as a config names it. */
type Named = [name: string, options: Record<string, unknown>];

/** Repainted pictures keep their size and every pixel outside of the mask: the small models draw 64x64 pixels. */
const REPAINT = { keepRest: true };

/**
 * The plugins of a config that names none: every command knows them. Where several of their models serve an operation, the first one here answers; `--model`
 * names another. The small models' weights come with `@vision-sdk/models-mini`.
 */
const DEFAULTS: readonly Named[] = [
  ['@vision-sdk/plugin-local-chain', {}],
  ['@vision-sdk/plugin-sdxl-turbo', { id: 'mini-sdxl', ...sdxl, inpaint: REPAINT }],
  ['@vision-sdk/plugin-kandinsky', { id: 'mini-kandinsky', ...kandinsky, ...REPAINT }],
  ['@vision-sdk/plugin-scribble', { id: 'mini-scribble', ...scribble }],
  ['@vision-sdk/plugin-controlnet', { id: 'mini-canny', ...canny }],
  ['@vision-sdk/plugin-upscale', {}],
  ['@vision-sdk/plugin-clip', { ...clip }],
  ['@vision-sdk/plugin-image-similarity', {}],
];

/** The default plugins, without those whose weights are not installed. */
export function defaultPlugins(): Named[] {
  return DEFAULTS.filter(([, options]) => foldersIn(options).every((folder) => existsSync(folder)));
}

/** Folders of weights: of the model, of its ControlNet, or of several of them by type. */
function foldersIn({ model, controlnet, controlnets }: Named[1]): readonly string[] {
  return [model, controlnet, ...Object.values(controlnets ?? {})].filter((folder) => typeof folder === 'string');
}

/** Folders of the small models, from which nobody should expect more than coloured shapes. */
export const MINI_FOLDERS: readonly string[] = [sdxl, kandinsky, scribble, canny].map(({ model }) => model);
