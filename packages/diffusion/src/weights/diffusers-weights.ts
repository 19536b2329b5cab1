import { basename, dirname, join, posix, resolve } from 'node:path';
import { dataFiles } from '@vision-sdk/onnx';
import { expectedGraph, graphIn, settingsIn } from './layouts.ts';
import { filesBelow, sizeOf } from './listing.ts';
import type { DiffusersWanted, DiffusersWeights, HubFolder } from './wanted.ts';

/**
 * The weights of a model of several components as data, for `Model.weights`. `from` is a folder, a single `.onnx` file, or files of a hub. In a folder
 * the data files are those that the graphs name, and nothing else that lies there is needed. Never throws: where a graph is missing, the source names
 * the file that is expected, and loading says so.
 */
export function diffusersWeights(from: string | HubFolder, wanted: DiffusersWanted): DiffusersWeights {
  return typeof from === 'string' ? folderWeights(resolve(from), wanted) : hubWeights(from, wanted);
}

function hubWeights({ repository, revision, files, bytes, sha256 }: HubFolder, wanted: DiffusersWanted): DiffusersWeights {
  const pinned = sha256 === undefined ? {} : { sha256 };
  const graphs = Object.entries(graphsIn(files, wanted)).filter(([, graph]) => files.includes(graph));
  return {
    kind: 'hub',
    repository,
    revision,
    files,
    bytes,
    ...pinned,
    licence: wanted.licence,
    graphs: Object.fromEntries(graphs),
    componentBytes: {},
  };
}

function folderWeights(path: string, wanted: DiffusersWanted): DiffusersWeights {
  const single = path.endsWith('.onnx');
  const folder = single ? dirname(path) : path;
  const present = single ? [basename(path), 'config.json'].filter((file) => sizeOf(join(folder, file)) > 0) : filesBelow(folder);
  const graphs = single ? { [wanted.components[0]!.name]: basename(path) } : graphsIn(present, wanted);
  const filesOf = (graph: string) => [graph, ...dataFiles(join(folder, graph)).map((file) => posix.join(posix.dirname(graph), file))];
  const bytesOf = (files: Iterable<string>) => [...files].reduce((sum, file) => sum + sizeOf(join(folder, file)), 0);
  const parts = Object.entries(graphs).map(([component, graph]) => [component, filesOf(graph)] as const);
  const files = new Set([...parts.flatMap(([, own]) => own), ...settingsIn(present)]);
  const componentBytes = Object.fromEntries(parts.map(([component, own]) => [component, bytesOf(own)]));
  return { kind: 'folder', folder, files: [...files], bytes: bytesOf(files), licence: wanted.licence, graphs, componentBytes };
}

function graphsIn(files: readonly string[], wanted: DiffusersWanted): Readonly<Record<string, string>> {
  const graphs = wanted.components.map((component) => {
    const graph = graphIn(files, component, wanted) ?? (component.optional ? undefined : expectedGraph(component, wanted));
    return [component.name, graph] as const;
  });
  return Object.fromEntries(graphs.filter((entry): entry is [string, string] => entry[1] !== undefined));
}
