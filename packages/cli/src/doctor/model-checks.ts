import { hostErrors, modelsWithoutRoom } from '@vision-sdk/neuron/host';
import { leftOutPlugins } from '../default-plugins.ts';
import type { Project } from '../project.ts';
import { notForSubnets, smallModelsOnSubnet, TAKE_REAL_MODELS } from '../small-models.ts';
import { examine, type Finding } from './finding.ts';
import type { Role } from './standing.ts';

/** Every model fits on a device, and `placement` and `pinned` name what there is. Found out as a neuron does it when it starts; nothing is loaded. */
export async function checkModels({ config, registry }: Project): Promise<readonly Finding[]> {
  const count = registry.models.size;
  try {
    const refused = modelsWithoutRoom({ ...config, registry });
    if (refused.length === 0) return count === 0 ? [] : [{ ...MODELS, state: 'ok', found: `${count}, each with room on a device` }];
    return refused.map(({ message, hint }) => ({ ...MODELS, state: 'wrong', found: `${message} It is not served.`, fix: hint }));
  } catch (error) {
    return [await examine(MODELS.subject, MODELS.area, () => Promise.reject(error))];
  }
}

const MODELS = { subject: 'models', area: 'config' } as const;

/** Some plugin contributes each configured filter. */
export function checkFilters({ config: { filters }, registry }: Project): readonly Promise<Finding>[] {
  if (filters.length === 0) return [];
  return [
    examine('filters', 'config', async () => {
      const filter = filters.find((id) => !registry.filters.has(id));
      if (filter !== undefined) throw hostErrors('FILTER_UNKNOWN', { filter, known: [...registry.filters.keys()] });
      return { state: 'ok', found: filters.join(', ') };
    }),
  ];
}

/** A neuron on a chain that is not a local one does without the small models. Wrong for one of a known role; who only looks around is told. */
export function checkSmallModels(project: Project, role?: Role): readonly Finding[] {
  const models = smallModelsOnSubnet(project);
  if (models.length === 0) return [];
  const found = notForSubnets(models);
  return [
    { subject: 'small models', area: 'config', state: role === undefined ? 'note' : 'wrong', found, fix: whatToDo(project.config.chain) },
  ];
}

function whatToDo(chain: string): string {
  return `On the chain "${chain}" they earn nothing and judge others wrongly. ${TAKE_REAL_MODELS}`;
}

/** No default plugin was left out because its weights are missing. */
export function checkDefaultPlugins(project: Project): readonly Finding[] {
  return leftOutPlugins(project).map(({ plugin, missing }) => ({
    subject: `default plugin ${plugin}`,
    area: 'environment',
    state: 'wrong',
    found: `left out, because its weights are not there: ${missing.join(', ')}`,
    fix: 'Install the package of the `vision` command again: it brings @vision-sdk/models-mini along, whose files are missing.',
  }));
}
