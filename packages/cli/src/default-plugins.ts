import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
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
  ['@vision-sdk/plugin-sdxl-turbo', { ...sdxl, id: 'mini-sdxl', inpaint: REPAINT }],
  ['@vision-sdk/plugin-kandinsky', { ...kandinsky, id: 'mini-kandinsky', ...REPAINT }],
  ['@vision-sdk/plugin-scribble', { ...scribble, id: 'mini-scribble' }],
  ['@vision-sdk/plugin-controlnet', { ...canny, id: 'mini-canny' }],
  ['@vision-sdk/plugin-upscale', {}],
  ['@vision-sdk/plugin-clip', { ...clip }],
  ['@vision-sdk/plugin-image-similarity', {}],
];

/** The default plugins, without those whose weights are not installed. */
export function defaultPlugins(): Named[] {
  return DEFAULTS.filter(([, options]) => pathsIn(options).every((path) => existsSync(path)));
}

/** Files and folders that options name, however deep: of a model, its ControlNets, parts that it has from another. */
function pathsIn(option: unknown): readonly string[] {
  if (typeof option === 'string') return isAbsolute(option) ? [option] : [];
  return typeof option === 'object' && option !== null ? Object.values(option).flatMap(pathsIn) : [];
}

/** Folders of the small models, from which nobody should expect more than coloured shapes. */
export const MINI_FOLDERS: readonly string[] = [sdxl, kandinsky, scribble, canny].map(({ model }) => model);
