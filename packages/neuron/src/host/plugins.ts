import { isPlugin, type Plugin, type PluginFactory } from '@vision-sdk/core';
import type { PluginReference, ResolvedConfig } from './config-schema.ts';
import { fail } from './errors.ts';
import { resolveModule } from './resolve-module.ts';

/**
 * Turns the plugins of a config into values, in order. Names and paths are resolved from the folder `from`; packages that it does not have are looked for
 * beside a module (its `import.meta.url`) of a program that brings plugins along. Throws `VISION_HOST_PLUGIN_*` or `_NOT_A_PLUGIN`.
 */
export async function resolvePlugins(config: Pick<ResolvedConfig, 'plugins'>, from: string, beside?: string): Promise<Plugin[]> {
  const plugins: Plugin[] = [];
  for (const reference of config.plugins) plugins.push(await resolvePlugin(reference, from, beside));
  return plugins;
}

/** Turns one plugin of a config into a value, as {@link resolvePlugins}. */
export async function resolvePlugin(reference: PluginReference, from: string, beside?: string): Promise<Plugin> {
  if (isPlugin(reference)) return reference;
  const [name, given] = typeof reference === 'string' ? [reference, undefined] : reference;
  const create = await importFactory(name, from, beside);
  const plugin = await callFactory(name, create, given);
  if (!isPlugin(plugin)) throw fail('NOT_A_PLUGIN', { plugin: name, found: 'a function that makes no plugin' });
  return plugin;
}

async function callFactory(name: string, create: PluginFactory, given: unknown): Promise<unknown> {
  try {
    return create(given);
  } catch (cause) {
    throw fail('PLUGIN_IMPORT', { plugin: name, reason: cause instanceof Error ? cause.message : String(cause) }, { cause });
  }
}

async function importFactory(name: string, from: string, beside: string | undefined): Promise<PluginFactory> {
  const url = await resolveModule(name, from, beside);
  const module: { default?: unknown } = await import(url).catch((cause: unknown) => {
    throw fail('PLUGIN_IMPORT', { plugin: name, reason: cause instanceof Error ? cause.message : String(cause) }, { cause });
  });
  const { default: create } = module;
  if (create === undefined) throw fail('PLUGIN_NO_DEFAULT', { plugin: name, exports: Object.keys(module).sort() });
  if (isPlugin(create)) return () => create;
  if (typeof create !== 'function')
    throw fail('NOT_A_PLUGIN', { plugin: name, found: create === null ? 'null' : `of type ${typeof create}` });
  return create as PluginFactory;
}
