import type { Log } from '@vision-sdk/core';
import { leftOutPlugins } from './default-plugins.ts';
import { neuronLog, openConfig, type Project, withPlugins } from './project.ts';
import { notForSubnets, smallModelsOnSubnet, TAKE_REAL_MODELS } from './small-models.ts';
import type { GlobalFlags } from './tree/invocation.ts';

/** A neuron before its start: its project and its log. */
export interface OpenedNeuron {
  readonly project: Project;
  readonly log: Log;
}

/**
 * Reads the config of a neuron and its plugins. Logs which default plugins it does without, and whether it stands on a real subnet with the small models.
 * Throws the host's errors.
 */
export async function openNeuron(flags: Pick<GlobalFlags, 'config' | 'logLevel'>, role: string): Promise<OpenedNeuron> {
  const loaded = await openConfig(flags);
  const log = neuronLog(loaded, role);
  const leftOut = leftOutPlugins(loaded);
  if (leftOut.length > 0) log.warn({ leftOut }, 'Default plugins are left out, because their weights are missing: `vision doctor`');
  const project = await withPlugins(loaded);
  const models = smallModelsOnSubnet(project);
  if (models.length > 0) log.warn({ models, chain: project.config.chain }, `${notForSubnets(models)}. ${TAKE_REAL_MODELS}`);
  return { project, log };
}
