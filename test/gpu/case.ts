import { globSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from '@vision-sdk/core';
import { root } from '../markdown.ts';

/** How far an answer of a graphics card may be from the CPU's. */
export interface Tolerance {
  /** Largest difference of one colour value, of 255. */
  readonly colour: number;
  /** Mean difference of all colour values of a picture. */
  readonly meanColour: number;
  /** Difference of numbers, in proportion to the larger of 1 and the number. */
  readonly number: number;
}

/** A plugin with weights small enough for a test. A plugin's `test/gpu-cases.ts` exports a list of them as `gpuCases`. */
export interface GpuCase {
  readonly name: string;
  /** The plugin; weights that it needs are written into the folder, which is there and is removed afterwards. */
  plugin(folder: string): Promise<Plugin> | Plugin;
  /** Where it differs from {@link TOLERANCE}. */
  readonly tolerance?: Partial<Tolerance>;
}

/** Sums are taken in another order on a card, and in TF32 on newer NVIDIA cards: a few last bits of a colour. */
export const TOLERANCE: Tolerance = { colour: 6, meanColour: 0.5, number: 5e-3 };

/** The cases of all plugins of this repository. */
export async function findCases(): Promise<readonly GpuCase[]> {
  const files = globSync('packages/plugins/*/test/gpu-cases.ts', { cwd: root }).sort();
  const modules = await Promise.all(files.map((file) => import(join(root, file)) as Promise<{ readonly gpuCases: readonly GpuCase[] }>));
  return modules.flatMap(({ gpuCases }) => gpuCases);
}
