import { VisionError } from '@vision-sdk/core';
import { createRegistry, resolveConfig, type VisionConfig } from '@vision-sdk/neuron/host';
import { defaultPlugins } from '../default-plugins.ts';
import { pluginsOf } from '../project.ts';

/**
 * Refuses answers of which a config would come that no neuron starts with. Plugins that are not installed yet are not looked at.
 * Throws VISION_HOST_CONFIG_INVALID and what plugins say of their options.
 */
export async function checkConfigs(configs: readonly VisionConfig[]): Promise<void> {
  for (const given of configs) {
    const config = resolveConfig(given, 'What was answered', defaultPlugins());
    for (const plugin of config.plugins) await checkPlugin({ ...config, plugins: [plugin] });
  }
}

async function checkPlugin(config: ReturnType<typeof resolveConfig>): Promise<void> {
  try {
    await createRegistry(await pluginsOf({ config, folder: process.cwd() }));
  } catch (error) {
    if (!VisionError.is(error, 'VISION_HOST_PLUGIN_NOT_FOUND')) throw error;
  }
}
