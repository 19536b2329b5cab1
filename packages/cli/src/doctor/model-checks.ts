import { hostErrors, modelsWithoutRoom } from '@vision-sdk/neuron/host';
import type { Project } from '../project.ts';
import { examine, type Finding } from './finding.ts';

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
