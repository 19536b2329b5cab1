import { type AnyModel, type LoadContext, MEMORY_SIZE } from '../../contract/model.ts';
import { type Check, check } from '../check.ts';

/** Says what a model loads without loading it. */
export function checksOfModel(model: AnyModel, load: () => Promise<AsyncDisposable>): readonly Check[] {
  return [
    check(`${model.id}: declares id, memory and pipelines`, (complain) => {
      if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(model.id))
        throw complain(`"${model.id}" is not kebab-case.`, 'Use lower-case letters, digits and hyphens.');
      for (const size of [model.resources.memory, ...Object.values(model.resources.components ?? {})])
        if (!MEMORY_SIZE.test(size)) throw complain(`"${size}" is no memory size.`, "Write sizes like '300MiB' or '7.5GiB'.");
      if (model.pipelines.length === 0) throw complain('it serves no synapse.', 'Call .serve({ ... }) on the model.');
    }),
    check(`${model.id}: its weights say where they come from and under which licence`, (complain) => {
      for (const source of model.weights) {
        if (source.files.length === 0) throw complain('a weight source lists no files.', 'Name every file the model reads.');
        if (source.licence === '') throw complain('a weight source has no licence.', "Name the licence, such as 'MIT' or 'openrail++'.");
        if (source.kind === 'hub' && !/^[0-9a-f]{7,64}$/.test(source.revision))
          throw complain(`revision "${source.revision}" is no commit.`, 'Pin a commit hash: branches and tags move.');
      }
    }),
    check(`${model.id}: loads on the CPU and can be disposed`, async (complain) => {
      const loaded = await load();
      if (typeof loaded?.[Symbol.asyncDispose] !== 'function')
        throw complain('what load() returns has no Symbol.asyncDispose.', 'Return an object that frees its sessions when disposed.');
    }),
  ];
}

/** Resolves weight files from the model's folders; hub files must have been pulled before. */
export function weightResolver(model: AnyModel): LoadContext['weights'] {
  return async (file) => {
    const { join } = await import('node:path');
    const source = model.weights.find(({ kind, files }) => kind === 'folder' && files.includes(file));
    if (source?.kind !== 'folder') throw new Error(`${model.id} declares no file "${file}" in a folder.`);
    return join(source.folder, file);
  };
}
