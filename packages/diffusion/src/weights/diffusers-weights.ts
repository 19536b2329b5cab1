import { basename, dirname, join, posix, resolve } from 'node:path';
import { dataFiles } from '@vision-sdk/onnx';
import { configFile, expectedGraph, graphIn, settingsIn } from './layouts.ts';
import { filesBelow, sizeOf } from './listing.ts';
import { withParts } from './parts.ts';
import type { ComponentWanted, DiffusersWanted, DiffusersWeights, HubFolder, PartSource } from './wanted.ts';

/**
 * The weights of a model of several components as data, for `Model.weights`. `from` is a folder, a single `.onnx` file, or files of a hub. In a folder
 * the data files are those that the graphs name, and nothing else that lies there is needed. Never throws: where a graph is missing, the source names
 * the file that is expected, and loading says so.
 */
export function diffusersWeights(from: string | HubFolder, wanted: DiffusersWanted): DiffusersWeights {
  const own = typeof from === 'string' ? folderWeights(resolve(from), wanted) : hubWeights(from, wanted);
  return wanted.parts === undefined ? own : withParts(own, partsOf(wanted));
}

function partsOf(wanted: DiffusersWanted): Readonly<Record<string, DiffusersWeights>> {
  const parts = wanted.components.flatMap(({ optional: _, ...component }) => {
    const from = wanted.parts?.[component.name];
    return from === undefined ? [] : [[component.name, partWeights(from, component, wanted)] as const];
  });
  return Object.fromEntries(parts);
}

/** A component from elsewhere. The precision is that of the model where there is one, else whatever there is. */
function partWeights(from: PartSource, component: ComponentWanted, { precision, licence }: DiffusersWanted): DiffusersWeights {
  const said = typeof from === 'string' || from.licence === undefined ? licence : from.licence;
  const place = typeof from === 'object' && 'folder' in from ? from.folder : from;
  const find = (wanted: Pick<DiffusersWanted, 'precision'>) =>
    onePart(diffusersWeights(place, { ...wanted, components: [component], licence: said }), component.name);
  const exact = find({ precision });
  return precision === undefined || isThere(exact, component.name) ? exact : find({});
}

/** Of a folder that may be a whole model's, the config that the component is used with is all that is wanted besides its graph. */
function onePart(weights: DiffusersWeights, name: string): DiffusersWeights {
  const graph = weights.graphs[name];
  if (weights.kind === 'hub') return { ...weights, componentBytes: { [name]: weights.bytes } };
  const config = configFile(weights.files, name, graph);
  const files = weights.files.filter((file) => file === config || settingsIn([file]).length === 0);
  const bytes = files.reduce((sum, file) => sum + sizeOf(join(weights.folder, file)), 0);
  return { ...weights, files, bytes };
}

function isThere({ graphs, componentBytes }: DiffusersWeights, name: string): boolean {
  return graphs[name] !== undefined && (componentBytes[name] ?? 0) > 0;
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
    parts: {},
  };
}

function folderWeights(path: string, wanted: DiffusersWanted): DiffusersWeights {
  const single = path.endsWith('.onnx');
  const folder = single ? dirname(path) : path;
  const present = single ? [basename(path), 'config.json'].filter((file) => sizeOf(join(folder, file)) > 0) : filesBelow(folder);
  const graphs = single ? { [wanted.components[0]!.name]: basename(path) } : graphsIn(present, wanted);
  const filesOf = (graph: string) => [graph, ...dataFiles(join(folder, graph)).map((file) => posix.join(posix.dirname(graph), file))];
  const bytesOf = (files: Iterable<string>) => [...files].reduce((sum, file) => sum + sizeOf(join(folder, file)), 0);
  const own = Object.entries(graphs).map(([component, graph]) => [component, filesOf(graph)] as const);
  const files = new Set([...own.flatMap(([, names]) => names), ...settingsIn(present)]);
  const componentBytes = Object.fromEntries(own.map(([component, names]) => [component, bytesOf(names)]));
  return { kind: 'folder', folder, files: [...files], bytes: bytesOf(files), licence: wanted.licence, graphs, componentBytes, parts: {} };
}

function graphsIn(files: readonly string[], wanted: DiffusersWanted): Readonly<Record<string, string>> {
  const own = wanted.components.filter(({ name }) => wanted.parts?.[name] === undefined);
  const graphs = own.map((component) => {
    const graph = graphIn(files, component, wanted) ?? (component.optional ? undefined : expectedGraph(component, wanted));
    return [component.name, graph] as const;
  });
  return Object.fromEntries(graphs.filter((entry): entry is [string, string] => entry[1] !== undefined));
}
