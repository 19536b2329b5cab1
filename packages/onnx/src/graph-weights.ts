import { statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { FolderWeights } from '@vision-sdk/core';
import { dataFiles } from './model-file/data-files.ts';

/** Which graph is wanted, and under which licence it stands. */
export interface GraphWanted {
  /** File names that will do, best first; each is looked for in the folder and in its folder `onnx`, as transformers.js lays weights out. */
  readonly names: readonly string[];
  readonly licence: string;
}

/**
 * A graph in a weight folder as a weight source: `files[0]` is the graph, the data files that it names follow. `path` is the folder or the file itself.
 * Never throws; where nothing is found, the source names the file that is missing, and loading says so.
 */
export function graphWeights(path: string, { names, licence }: GraphWanted): FolderWeights {
  const whole = resolve(path);
  if (whole.endsWith('.onnx')) return sourceOf(dirname(whole), basename(whole), licence);
  const candidates = names.flatMap((name) => [name, `onnx/${name}`]);
  return sourceOf(whole, candidates.find((file) => sizeOf(join(whole, file)) > 0) ?? candidates[0]!, licence);
}

function sourceOf(folder: string, graph: string, licence: string): FolderWeights {
  const files = [graph, ...dataFiles(join(folder, graph)).map((file) => join(dirname(graph), file))];
  const bytes = files.reduce((sum, file) => sum + sizeOf(join(folder, file)), 0);
  return { kind: 'folder', folder, files, bytes, licence };
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}
