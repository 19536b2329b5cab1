import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseSafetensors, type Safetensors, toFloat32Values } from '@vision-sdk/diffusion';

const numerics = resolve(process.env.VISION_GOLDENS ?? resolve(import.meta.dirname, '../../../../../shared'), 'numerics');

/** Path of a recorded file outside the repository. */
export function goldenPath(path: string): string {
  return resolve(numerics, path);
}

/** Whether the recordings and the vocabulary are there, which are not ours to ship. */
export const hasGoldens = existsSync(goldenPath('pipelines/k22_t2i.json')) && existsSync(goldenPath('clip/vocab'));

/** What was noted of a recorded run of Vision's Kandinsky. */
export interface RecordedRun {
  readonly scheduler_config: Readonly<Record<string, unknown>>;
  readonly prior_scheduler_config: Readonly<Record<string, unknown>>;
  readonly prior_steps: number;
  readonly prior_guidance: number;
  readonly seeds: readonly [number];
  readonly randn: readonly { readonly shape: readonly number[] }[];
  readonly loop_timesteps: readonly number[];
  readonly prior_timesteps: readonly number[];
  readonly args: {
    readonly prompt: string;
    readonly negative_prompt: string;
    readonly num_inference_steps: number;
    readonly guidance_scale: number;
    readonly width: number;
    readonly height: number;
    readonly strength?: number;
  };
}

/** A recorded run with its tensors. */
export class Recording {
  readonly run: RecordedRun;
  readonly #tensors: Safetensors;

  constructor(name: string) {
    this.run = JSON.parse(readFileSync(goldenPath(`pipelines/${name}.json`), 'utf8')) as RecordedRun;
    this.#tensors = parseSafetensors(readFileSync(goldenPath(`pipelines/${name}.safetensors`)));
  }

  has(path: string): boolean {
    return this.#tensors.tensors.has(path);
  }

  #entry(path: string) {
    const entry = this.#tensors.tensors.get(path);
    if (entry === undefined) throw new Error(`There is no recorded tensor ${path}.`);
    return entry;
  }

  floats(path: string): Float32Array {
    return toFloat32Values(this.#entry(path));
  }

  ids(path: string): readonly number[] {
    return Array.from(new BigInt64Array(new Uint8Array(this.#entry(path).bytes).buffer), Number);
  }

  bytes(path: string): Uint8Array {
    return this.#entry(path).bytes;
  }

  dims(path: string): readonly number[] {
    return this.#entry(path).shape;
  }

  plane(path: string) {
    return { data: this.floats(path), dims: this.dims(path) };
  }
}
