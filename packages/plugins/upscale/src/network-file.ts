import { readdirSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FolderWeights } from '@vision-sdk/core';
import { dataFiles } from '@vision-sdk/onnx';
import { fail } from './errors.ts';
import type { UpscaleOptions } from './options.ts';

/** Where a network lies, found without opening it. */
export interface NetworkFile {
  readonly id: string;
  readonly builtIn: boolean;
  /** Name of the graph within the folder of {@link weights}. */
  readonly file: string;
  readonly weights: FolderWeights;
  /** Throws `VISION_UPSCALE_MODEL_*` when there is no network, or no single one. */
  check(): void;
}

/** `src/` and `dist/` lie equally deep, so one path serves both. */
const BUILT_IN = fileURLToPath(new URL('../weights/vision-x2/model.onnx', import.meta.url));

/** The network that the options name. Never throws: what is missing is said when the model is loaded. */
export function networkFile(options: Pick<UpscaleOptions, 'model' | 'id' | 'licence'>): NetworkFile {
  const builtIn = options.model === undefined;
  const path = builtIn ? BUILT_IN : resolve(options.model!);
  const candidates = networksAt(path);
  const chosen = candidates.length === 1 ? candidates[0]! : path;
  return {
    id: options.id ?? idOf(chosen),
    builtIn,
    file: basename(chosen),
    weights: weightsOf(chosen, builtIn ? 'MIT' : options.licence),
    check: () => {
      if (candidates.length === 0) throw fail('MODEL_NOT_FOUND', { path });
      if (candidates.length > 1) throw fail('MODEL_AMBIGUOUS', { path, files: candidates.map((file) => basename(file)) });
    },
  };
}

function networksAt(path: string): string[] {
  const stats = statsOf(path);
  if (!stats?.isDirectory()) return stats === undefined ? [] : [path];
  const files = entriesOf(path).filter((file) => extname(file) === '.onnx');
  const chosen = files.includes('model.onnx') ? ['model.onnx'] : files;
  return chosen.map((file) => join(path, file));
}

/** The graph and the data files that it names. */
function weightsOf(path: string, licence: string): FolderWeights {
  const [folder, graph] = [dirname(path), basename(path)];
  const files = [graph, ...dataFiles(path)];
  const bytes = files.reduce((sum, name) => sum + (statsOf(join(folder, name))?.size ?? 0), 0);
  return { kind: 'folder', folder, files, bytes, licence };
}

/** Undefined for what is not there or may not be seen. */
function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

/** Names in a folder; none where there is no folder or it may not be read, which loading then reports. */
function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function idOf(path: string): string {
  const name = basename(path, '.onnx');
  const words = (name === 'model' ? basename(dirname(path)) : name).toLowerCase().match(/[a-z0-9]+/g);
  return words?.join('-') ?? 'upscaler';
}
