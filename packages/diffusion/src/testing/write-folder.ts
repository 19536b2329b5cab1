import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { encodeModel, type TinyModel, type TinyWeight } from '@vision-sdk/onnx/testing';
import type { TinyVariations } from './options.ts';

/** What a folder of weights holds: graphs by component, and other files by path; an object is written as JSON. */
export interface FolderContent {
  readonly graphs: Readonly<Record<string, TinyModel>>;
  readonly files: Readonly<Record<string, string | object>>;
}

/** Writes a folder of weights in the wanted layout, without the components and files whose path begins with one of `without`. */
export async function writeFolder(
  folder: string,
  { graphs, files }: FolderContent,
  { without = [], ...variations }: TinyVariations & { readonly without?: readonly string[] },
): Promise<void> {
  const left = (path: string) => !without.includes(path.split('/')[0]!) && !without.includes(path);
  for (const [component, model] of Object.entries(graphs).filter(([component]) => left(component)))
    await writeModel(join(folder, pathOf(component, variations)), model, variations);
  for (const [path, content] of Object.entries(files).filter(([path]) => left(path)))
    await writeText(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content, undefined, 2));
}

/** Writes one graph, its weights inside it or in files beside it. */
export async function writeModel(
  path: string,
  model: TinyModel,
  { externalData }: Pick<TinyVariations, 'externalData'> = {},
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  if (externalData === undefined) return writeFile(path, encodeModel(model));
  const names = dataFiles(basename(path), externalData);
  const { weights, contents } = moveWeights(model.weights ?? [], names);
  for (const [name, bytes] of contents) await writeFile(join(dirname(path), name), bytes);
  await writeFile(path, encodeModel({ ...model, weights }));
}

function pathOf(component: string, { layout = 'folders', dtypeSuffix = '' }: TinyVariations): string {
  return layout === 'folders' ? `${component}/model.onnx` : `onnx/${component}${dtypeSuffix}.onnx`;
}

/** As exporters name them: the first without a number, the others with `_1` and so on. */
function dataFiles(graph: string, { suffix, files = 1 }: NonNullable<TinyVariations['externalData']>): readonly string[] {
  const first = /^[._]/.test(suffix) ? `${graph}${suffix}` : suffix;
  return Array.from({ length: files }, (_, i) => (i === 0 ? first : `${first}_${i}`));
}

/** Weights one after another in the files, each file holding every n-th. */
function moveWeights(
  weights: readonly TinyWeight[],
  names: readonly string[],
): { weights: readonly TinyWeight[]; contents: ReadonlyMap<string, Uint8Array> } {
  const contents = new Map<string, Uint8Array>(names.map((name) => [name, new Uint8Array(0)]));
  const moved = weights.map((weight, i) => {
    // Shapes and axes stay: what reads them wants their values while the graph is loaded.
    if (weight.type === 'int64' || !(weight.data instanceof Uint8Array)) return weight;
    const file = names[i % names.length]!;
    const before = contents.get(file)!;
    contents.set(file, Buffer.concat([before, weight.data]));
    return { ...weight, data: { file, offset: before.length, length: weight.data.length } };
  });
  return { weights: moved, contents };
}

async function writeText(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
