import type { PluginReference } from './config-schema.ts';

/** Stands, in a list of plugins, for those of a config that names none. */
export const PLUGIN_DEFAULTS = '...';

/** The list with the defaults in the place of `...`, but for those that it names itself. */
export function withDefaultPlugins(plugins: readonly PluginReference[], defaults: readonly PluginReference[]): PluginReference[] {
  const named = new Set(plugins.map(pluginName));
  const others = defaults.filter((plugin) => !named.has(pluginName(plugin)));
  const first = plugins.indexOf(PLUGIN_DEFAULTS);
  return plugins.flatMap((plugin, index) => (plugin !== PLUGIN_DEFAULTS ? [plugin] : index === first ? others : []));
}

/** The name by which a config names a plugin, or that of a plugin that it brings itself. */
export function pluginName(plugin: PluginReference): string {
  if (typeof plugin === 'string') return plugin;
  return Array.isArray(plugin) ? plugin[0] : plugin.name;
}
