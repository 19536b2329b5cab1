import { realpath } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cosmiconfig, defaultLoaders } from 'cosmiconfig';
import { configProblems } from './config-problems.ts';
import { configSchema, DEFAULT_PLUGINS, type PluginReference, type ResolvedConfig, type VisionConfig } from './config-schema.ts';
import { PLUGIN_DEFAULTS, withDefaultPlugins } from './default-plugins.ts';
import { fail } from './errors.ts';
import type { Registry } from './registry.ts';

/** Where a config is looked for in each folder, in this order. */
export const CONFIG_FILES: readonly string[] = ['ts', 'mts', 'js', 'mjs', 'json', 'yaml', 'yml'].map(
  (extension) => `vision.config.${extension}`,
);

/** A config with the place it came from. */
export interface LoadedConfig {
  readonly config: ResolvedConfig;
  /** Absolute path; absent when there is no file and everything has its default. */
  readonly file?: string;
  /** Relative plugin paths and file names in the config are relative to this folder. */
  readonly folder: string;
  /** `import.meta.url` of a module that brings plugins along: packages that the folder does not have are looked for beside it. */
  readonly beside?: string;
  /** True where the plugins are those of a config that names none, or have these among them by `...`. */
  readonly takesDefaults?: boolean;
  /** What its plugins contribute, where somebody has found it out already. */
  readonly registry?: Registry;
}

/** What is read, and what counts where it says nothing. */
export interface LoadConfigOptions {
  readonly cwd?: string;
  readonly file?: string;
  /** Keys that a config leaves out, or all of them where there is no file. */
  readonly defaults?: VisionConfig;
  readonly beside?: string;
}

/**
 * Fills in the defaults of a config; `plugins` are those that `...` among its plugins stands for. Throws `VISION_HOST_CONFIG_INVALID`; `file` is the name in
 * the error.
 */
export function resolveConfig(given: unknown, file = 'The config', plugins: readonly PluginReference[] = DEFAULT_PLUGINS): ResolvedConfig {
  const result = configSchema.safeParse(given ?? {}, { reportInput: false });
  if (result.success) return { ...result.data, plugins: withDefaultPlugins(result.data.plugins, plugins) };
  throw fail('CONFIG_INVALID', { file, problems: configProblems(result.error, given) });
}

/**
 * Reads `file`, or the nearest `vision.config.*` from `cwd` upwards to the project's root; without any, the defaults.
 * Throws `VISION_HOST_CONFIG_NOT_FOUND`, `_UNREADABLE` or `_INVALID`, which name the file, the path in it and the fix.
 */
export async function loadConfig({ cwd = process.cwd(), file, defaults, beside }: LoadConfigOptions = {}): Promise<LoadedConfig> {
  const found = file === undefined ? await findConfig(cwd) : resolve(cwd, file);
  const plugins = beside === undefined ? {} : { beside };
  if (found === undefined) return { config: resolveConfig(defaults), folder: resolve(cwd), takesDefaults: true, ...plugins };
  const read = await readConfig(found);
  const config = resolveConfig(withDefaults(read, defaults), found, defaults?.plugins);
  return { config, file: found, folder: dirname(found), takesDefaults: asksForDefaults(read), ...plugins };
}

function asksForDefaults(read: unknown): boolean {
  const { plugins } = (read ?? {}) as Pick<VisionConfig, 'plugins'>;
  return plugins === undefined || plugins.includes(PLUGIN_DEFAULTS);
}

/** A key that a module leaves undefined is left out. What is no object stays as it is, for the check to refuse. */
function withDefaults(given: unknown, defaults: VisionConfig | undefined): unknown {
  if (given === undefined || given === null) return defaults;
  if (defaults === undefined || typeof given !== 'object' || Array.isArray(given)) return given;
  return { ...defaults, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) };
}

const explorer = () =>
  cosmiconfig('vision', {
    searchPlaces: [...CONFIG_FILES],
    searchStrategy: 'project',
    ignoreEmptySearchPlaces: false,
    loaders: {
      ...defaultLoaders,
      '.ts': importConfig,
      '.mts': importConfig,
      '.js': importConfig,
      '.mjs': importConfig,
      '.yaml': loadYaml,
      '.yml': loadYaml,
    },
  });

/** A file of nothing but comments is an empty config. */
function loadYaml(file: string, text: string): unknown {
  const isEmpty = text.split('\n').every((line) => /^\s*(#.*|---)?\s*$/.test(line));
  return isEmpty ? {} : defaultLoaders['.yaml'](file, text);
}

/** The search only finds the file; reading it apart lets every error name it. */
async function findConfig(cwd: string): Promise<string | undefined> {
  const locate = () => ({});
  const loaders = Object.fromEntries(['.ts', '.mts', '.js', '.mjs', '.json', '.yaml', '.yml'].map((extension) => [extension, locate]));
  const search = cosmiconfig('vision', {
    searchPlaces: [...CONFIG_FILES],
    searchStrategy: 'project',
    ignoreEmptySearchPlaces: false,
    loaders,
  });
  return (await search.search(resolve(cwd)))?.filepath;
}

async function readConfig(file: string): Promise<unknown> {
  try {
    const result = await explorer().load(file);
    return result?.config;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') throw fail('CONFIG_NOT_FOUND', { file }, { cause: error });
    throw fail('CONFIG_UNREADABLE', { file, reason: reasonOf(error, file) }, { cause: error });
  }
}

async function importConfig(file: string): Promise<unknown> {
  const module: { default?: unknown } = await import(pathToFileURL(await realpath(file)).href);
  if (module.default === undefined) throw new Error('it has no default export; write `export default defineConfig({ ... })`');
  return module.default;
}

function reasonOf(error: unknown, file: string): string {
  const text = error instanceof Error ? error.message : String(error);
  return text
    .replace(/^(JSON|YAML) Error in .*:\n/, '')
    .replaceAll(file, 'it')
    .trim();
}
