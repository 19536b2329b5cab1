import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { AnyModel } from '@vision-sdk/core';
import type { Project } from './project.ts';

/** Every copy of it: the one that comes with this command, and one that a project has installed itself. */
const PACKAGE = '@vision-sdk/models-mini';

/** What is wrong with them there: a miner is judged by real models, and a validator judges by its own. */
export function notForSubnets(models: readonly string[]): string {
  return `${models.join(', ')}: small models of ${PACKAGE}. They know coloured shapes of 64x64 pixels, and answer requests that are meant for Vision's models`;
}

/** What to do instead. */
export const TAKE_REAL_MODELS =
  'Configure plugins with real models instead (docs/plugins.md), and leave "..." out of "plugins"; or keep to the local chain.';

/** Ids of models with weights of `@vision-sdk/models-mini`, where the config stands on a chain that is not a local one. */
export function smallModelsOnSubnet({ config, registry }: Pick<Project, 'config' | 'registry'>): readonly string[] {
  const chain = registry.chains.get(config.chain);
  if (chain === undefined || chain.local === true) return [];
  return [...registry.models.values()].filter(({ model }) => isSmallModel(model)).map(({ model }) => model.id);
}

/** True for a model with weights of `@vision-sdk/models-mini`, from which nobody should expect more than coloured shapes. */
export function isSmallModel({ weights }: Pick<AnyModel, 'weights'>): boolean {
  return weights.some((source) => source.kind === 'folder' && packageOf(source.folder) === PACKAGE);
}

/** Name of the package that a folder lies in, by the nearest package.json that has one. */
function packageOf(folder: string): string | undefined {
  const file = join(folder, 'package.json');
  const name = existsSync(file) ? nameIn(file) : undefined;
  if (name !== undefined || dirname(folder) === folder) return name;
  return packageOf(dirname(folder));
}

function nameIn(file: string): string | undefined {
  try {
    const { name } = JSON.parse(readFileSync(file, 'utf8')) as { readonly name?: unknown };
    return typeof name === 'string' ? name : undefined;
  } catch {
    return undefined;
  }
}
