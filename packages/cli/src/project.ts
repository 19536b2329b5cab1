import type { Chain, Log, Plugin } from '@vision-sdk/core';
import {
  connectChain as connectTo,
  createLog,
  createRegistry,
  type LoadedConfig,
  loadConfig,
  loadIdentity,
  type Registry,
  type ResolvedConfig,
  resolveConfig,
  resolvePlugins,
  resolvePlugin as resolveReference,
  type VisionConfig,
} from '@vision-sdk/neuron/host';
import type { Keypair } from '@vision-sdk/neuron/wire';
import { defaultPlugins } from './default-plugins.ts';
import type { GlobalFlags } from './tree/invocation.ts';

/** The config with the plugins it names. */
export interface Project extends LoadedConfig {
  readonly registry: Registry;
}

/** Plugins that a project has not installed itself are those that came with this package. */
const beside = import.meta.url;

/** Reads the config that the flags name, or the nearest one, or the defaults; `--log-level` wins over what it says. */
export async function openConfig(flags: ConfigFlags): Promise<LoadedConfig> {
  const file = flags.config === undefined ? {} : { file: flags.config };
  const loaded = await loadConfig({ ...file, defaults: { plugins: defaultPlugins() }, beside });
  return withLogLevel(loaded, flags.logLevel ?? loaded.config.logLevel);
}

/** Reads the config and its plugins. Only warnings are logged unless `--log-level` says otherwise. Throws the host's errors, which name file, path and fix. */
export async function openProject(flags: ConfigFlags): Promise<Project> {
  const loaded = withLogLevel(await openConfig(flags), flags.logLevel ?? 'warn');
  return withPlugins(loaded);
}

/** A config with what its plugins contribute. Throws the host's errors. */
export async function withPlugins(loaded: LoadedConfig): Promise<Project> {
  return { ...loaded, registry: await createRegistry(await pluginsOf(loaded)) };
}

/** The plugins of a config as values, whether their options are right or not. */
export function pluginsOf({ config, folder }: Pick<LoadedConfig, 'config' | 'folder'>): Promise<Plugin[]> {
  return resolvePlugins(config, folder, beside);
}

type ConfigFlags = Pick<GlobalFlags, 'config' | 'logLevel'>;

function withLogLevel(loaded: LoadedConfig, logLevel: ResolvedConfig['logLevel']): LoadedConfig {
  return { ...loaded, config: { ...loaded.config, logLevel } };
}

/** A project of a config that stands in no file. */
export async function openInMemory(given: VisionConfig, folder: string): Promise<Project> {
  const config = resolveConfig({ logLevel: 'warn', ...given });
  return withPlugins({ config, folder });
}

/** The log of a running neuron: lines for a person on a screen, JSON elsewhere. */
export function neuronLog({ config }: LoadedConfig, role: string): Log {
  return createLog({ level: config.logLevel, pretty: process.stderr.isTTY === true, fields: { role } });
}

/** A plugin by package name or path, with options, looked for from the current folder. */
export function resolvePlugin(name: string, options: object): Promise<Plugin> {
  return resolveReference([name, options as Record<string, unknown>], process.cwd(), beside);
}

/** Connects to the chain of the config. Throws VISION_HOST_CHAIN_UNKNOWN and what the chain throws. */
export function connectChain({ config, registry }: Project): Promise<Chain> {
  return connectTo(registry, config, createLog({ level: config.logLevel }));
}

/** The hotkey of the config: its wallet file, or its seed. */
export async function loadKeypair({ config }: Pick<Project, 'config'>): Promise<Keypair> {
  return (await loadIdentity(config.wallet)).hotkey;
}
