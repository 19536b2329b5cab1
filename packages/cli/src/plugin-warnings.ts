import type { Log } from '@vision-sdk/core';
import { createRegistry, type LoadedConfig } from '@vision-sdk/neuron/host';
import { leftOutPlugins } from './default-plugins.ts';
import { pluginsOf } from './project.ts';
import { notForSubnets, smallModelsOnSubnet, TAKE_REAL_MODELS } from './small-models.ts';

/** Logs, before a neuron starts, which default plugins it does without and whether it stands on a real subnet with the small models. Throws what the start would. */
export async function warnOfPlugins(loaded: LoadedConfig, log: Log): Promise<void> {
  const leftOut = leftOutPlugins(loaded);
  if (leftOut.length > 0) log.warn({ leftOut }, 'Default plugins are left out, because their weights are missing: `vision doctor`');
  const models = smallModelsOnSubnet({ ...loaded, registry: await createRegistry(await pluginsOf(loaded)) });
  if (models.length > 0) log.warn({ models, chain: loaded.config.chain }, `${notForSubnets(models)}. ${TAKE_REAL_MODELS}`);
}
