import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LoadContext } from '@vision-sdk/core';
import { fakeLoadContext } from '@vision-sdk/core/testing';
import {
  diffusersWeights,
  type LoadStableDiffusionOptions,
  loadStableDiffusion,
  STABLE_DIFFUSION_COMPONENTS,
  type StableDiffusion,
} from '../../src/index.ts';
import { type TinyStableDiffusion, writeTinyStableDiffusion } from '../../src/testing/index.ts';

/** A folder that is removed when it goes out of scope. */
export async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'vision-diffusion-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** The weights of a folder as they are declared. */
export function weightsOf(folder: string, precision?: string) {
  return diffusersWeights(folder, {
    components: STABLE_DIFFUSION_COMPONENTS,
    licence: 'MIT',
    ...(precision === undefined ? {} : { precision }),
  });
}

/** How a tiny model is loaded. */
export interface TinyLoading extends LoadStableDiffusionOptions {
  readonly context?: Partial<LoadContext>;
  readonly precision?: string;
}

/** Writes and loads a tiny model, gives it to `work`, and frees it. */
export async function withTiny<T>(
  options: TinyStableDiffusion,
  work: (sd: StableDiffusion) => Promise<T>,
  { context, precision, ...loading }: TinyLoading = {},
): Promise<T> {
  await using folder = await temporaryFolder();
  await writeTinyStableDiffusion(folder.path, options);
  await using sd = await loadStableDiffusion(fakeLoadContext(context), weightsOf(folder.path, precision), loading);
  return await work(sd);
}
