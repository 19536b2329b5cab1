import type { z } from 'zod';
import type { HubFolder, PartSource } from './wanted.ts';

/** Where weights lie, as options of plugins have it; undefined where an option says nothing. */
type Place = PartSource | undefined;

/** Why several hub repositories cannot be told apart: the host looks files up by name alone. Undefined where they can. */
export function clashingFiles(places: readonly Place[]): string | undefined {
  const owners = new Map<string, string>();
  for (const { repository, revision, files } of places.filter(isRepository)) {
    const owner = `${repository}@${revision}`;
    for (const file of files) {
      const other = owners.get(file) ?? owner;
      if (other !== owner) return `${file} is in ${other} and in ${owner}; list it for one of them alone, or give a folder for one of them`;
      owners.set(file, owner);
    }
  }
  return undefined;
}

function isRepository(place: Place): place is HubFolder {
  return typeof place === 'object' && 'repository' in place;
}

/**
 * Complains, in the refinement of a plugin's options, of hub repositories with files of one name: at the first option whose repositories clash with one of those
 * before it. The model itself comes first: `{ model: [model], parts: Object.values(parts) }`.
 */
export function refuseClashes(context: z.RefinementCtx, options: Readonly<Record<string, readonly Place[]>>): void {
  const places: Place[] = [];
  for (const [option, more] of Object.entries(options)) {
    places.push(...more);
    const message = clashingFiles(places);
    if (message === undefined) continue;
    context.addIssue({ code: 'custom', path: [option], message });
    return;
  }
}
