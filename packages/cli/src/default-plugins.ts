import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { canny, clip, kandinsky, scribble, sdxl } from '@vision-sdk/models-mini';
import { type LoadedConfig, pluginName } from '@vision-sdk/neuron/host';

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
  return DEFAULTS.filter(([, options]) => missingPaths(options).length === 0);
}

/** A default plugin that a config would have had, and what of its weights is not there. */
export interface LeftOut {
  readonly plugin: string;
  /** Absolute paths of files and folders. */
  readonly missing: readonly string[];
}

/** The default plugins that a config does without because their weights are not installed; none where it wants no defaults, or names them with options of its own. */
export function leftOutPlugins({ config, takesDefaults }: Pick<LoadedConfig, 'config' | 'takesDefaults'>): readonly LeftOut[] {
  if (takesDefaults !== true) return [];
  const named = new Set(config.plugins.map(pluginName));
  return DEFAULTS.filter(([plugin]) => !named.has(plugin))
    .map(([plugin, options]) => ({ plugin, missing: missingPaths(options) }))
    .filter(({ missing }) => missing.length > 0);
}

function missingPaths(options: unknown): readonly string[] {
  return pathsIn(options).filter((path) => !existsSync(path));
}

/** Files and folders that options name, however deep: of a model, its ControlNets, parts that it has from another. */
function pathsIn(option: unknown): readonly string[] {
  if (typeof option === 'string') return isAbsolute(option) ? [option] : [];
  return typeof option === 'object' && option !== null ? Object.values(option).flatMap(pathsIn) : [];
}
