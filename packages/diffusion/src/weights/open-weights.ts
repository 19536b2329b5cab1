import { access, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { LoadContext } from '@vision-sdk/core';
import JSON5 from 'json5';
import { fail } from '../errors.ts';
import { configPlaces, partOf } from './parts.ts';
import type { DiffusersWeights } from './wanted.ts';

/** Weights of several components at loading. Names are those of the components wanted. */
export interface WeightFolder {
  /** The folder, or repository and revision, for error messages. */
  readonly where: string;
  /** True for a component that was found. */
  has(component: string): boolean;
  /** Path of a component's graph. Throws `VISION_DIFFUSION_MISSING_COMPONENT`. */
  graph(component: string): Promise<string>;
  /** A JSON file by its place in the model, undefined where there is none. Throws `VISION_DIFFUSION_BAD_CONFIG`. */
  json(file: string): Promise<unknown | undefined>;
  /** The component's `config.json`, empty where there is none. Throws `VISION_DIFFUSION_BAD_CONFIG`. */
  config(component: string): Promise<Readonly<Record<string, unknown>>>;
  /** Folder of a file of the model by its place, as tokenizers are loaded from; undefined where there is none. */
  folderOf(...files: readonly string[]): Promise<string | undefined>;
}

/**
 * Opens declared weights while a model is loaded. Files of a folder are taken from that folder, since those of two sources may be called alike; files
 * of a hub from where the host keeps them. Throws `VISION_DIFFUSION_MISSING_FOLDER`.
 */
export async function openWeights(context: Pick<LoadContext, 'weights'>, weights: DiffusersWeights): Promise<WeightFolder> {
  for (const one of [weights, ...Object.values(weights.parts)]) if (one.kind === 'folder') await mustBeFolder(one.folder);
  return new OpenWeights(context, weights);
}

async function mustBeFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch((cause: unknown) => {
    throw fail('MISSING_FOLDER', { folder, problem: 'there is no such folder' }, { cause });
  });
  if (!found.isDirectory()) throw fail('MISSING_FOLDER', { folder, problem: 'it is a file' });
}

class OpenWeights implements WeightFolder {
  readonly #context: Pick<LoadContext, 'weights'>;
  readonly #weights: DiffusersWeights;

  constructor(context: Pick<LoadContext, 'weights'>, weights: DiffusersWeights) {
    this.#context = context;
    this.#weights = weights;
  }

  has(component: string): boolean {
    return this.#weights.graphs[component] !== undefined;
  }

  async graph(component: string): Promise<string> {
    const part = partOf(this.#weights, component);
    const file = part.graphs[component];
    if (file === undefined) throw fail('MISSING_COMPONENT', { component, where: whereOf(part), file: `${component}/model.onnx` });
    try {
      return await this.#path(file, part);
    } catch (cause) {
      if (part.kind === 'hub') throw cause;
      throw fail('MISSING_COMPONENT', { component, where: whereOf(part), file }, { cause });
    }
  }

  async json(file: string, from = this.#weights): Promise<unknown | undefined> {
    if (!from.files.includes(file)) return undefined;
    const path = await this.#path(file, from);
    try {
      // Python writes NaN and -Infinity into configs, such as DPM-Solver's lambda_min_clipped, which JSON itself does not know.
      return JSON5.parse(await readFile(path, 'utf8'));
    } catch (cause) {
      throw fail('BAD_CONFIG', { file: path, problem: 'it is not JSON' }, { cause });
    }
  }

  async config(component: string): Promise<Readonly<Record<string, unknown>>> {
    const [place] = configPlaces(this.#weights, component);
    if (place === undefined) return {};
    const { file, from } = place;
    const config = await this.json(file, from);
    if (typeof config === 'object' && config !== null && !Array.isArray(config)) return config as Readonly<Record<string, unknown>>;
    throw fail('BAD_CONFIG', { file, problem: 'it is not an object' });
  }

  async folderOf(...files: readonly string[]): Promise<string | undefined> {
    const found = files.find((file) => this.#weights.files.includes(file));
    return found === undefined ? undefined : dirname(await this.#path(found));
  }

  get where(): string {
    return whereOf(this.#weights);
  }

  async #path(file: string, from = this.#weights): Promise<string> {
    if (from.kind === 'hub') return this.#context.weights(file);
    const path = join(from.folder, file);
    await access(path);
    return path;
  }
}

function whereOf(weights: DiffusersWeights): string {
  return weights.kind === 'folder' ? weights.folder : `${weights.repository}@${weights.revision}`;
}
