import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LoadContext } from '@vision-sdk/core';
import { fakeLoadContext } from '@vision-sdk/core/testing';
import type { Raster } from '@vision-sdk/image';
import {
  diffusersWeights,
  type LoadStableDiffusionOptions,
  loadStableDiffusion,
  STABLE_DIFFUSION_COMPONENTS,
  type StableDiffusion,
  textToImage,
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

/** A small request. */
export const REQUEST = { prompt: 'a red barn', negativePrompt: 'rain', width: 64, height: 48, steps: 3, guidance: 2.5, seed: 7 } as const;
/** Paints {@link REQUEST}. */
export const paint = (sd: StableDiffusion) => textToImage(sd, REQUEST);

/** A picture of noise. */
export function noisy(width: number, height: number): Raster {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 2654435761) >>> 24);
  return { width, height, channels: 3, data };
}

/** The largest difference of any two bytes. */
export function farthest(a: Raster, b: Raster): number {
  if (a.width !== b.width || a.height !== b.height) throw new Error('The pictures have different sizes.');
  return a.data.reduce((most, byte, i) => Math.max(most, Math.abs(byte - b.data[i]!)), 0);
}
