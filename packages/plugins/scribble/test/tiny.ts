import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom, formatIssues, type InputOf, validate } from '@vision-sdk/core';
import { fakeLoadContext, recordRun } from '@vision-sdk/core/testing';
import {
  type TinyControlNet,
  type TinyStableDiffusion,
  writeTinyControlNet,
  writeTinyStableDiffusion,
} from '@vision-sdk/diffusion/testing';
import { decodeBase64Image, type Raster } from '@vision-sdk/image';
import { afterAll } from 'vitest';
import { scribbleModel } from '../src/model.ts';
import { scribbleOptions } from '../src/options.ts';

const root = mkdtempSync(join(tmpdir(), 'vision-scribble-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let written = 0;

/** Options without the folders. */
export type Options = Omit<InputOf<typeof scribbleOptions>, 'model' | 'controlnet'>;

/** Where tiny weights lie. */
export interface Weights {
  readonly model: string;
  readonly controlnet: string;
}

/** Tiny weights, whose UNet takes residuals where nothing else is said; sides of pictures are 64 to 168. */
export async function tinyWeights(model: Partial<TinyStableDiffusion> = {}, net: Partial<TinyControlNet> = {}): Promise<Weights> {
  const folder = join(root, `${written++}`);
  return {
    model: await writeTinyStableDiffusion(join(folder, 'model'), { kind: 'sd', residuals: true, ...model }),
    controlnet: await writeTinyControlNet(join(folder, 'scribble'), { kind: 'sd', ...net }),
  };
}

/** The model of some weights. */
export function modelOf(weights: Weights, options: Options = {}) {
  return scribbleModel(scribbleOptions.parse({ ...options, ...weights }));
}

/** A loaded model that answers requests with pictures. */
export async function load(weights: Weights, options: Options = {}) {
  const model = modelOf(weights, options);
  const pipeline = model.pipelines[0]!;
  const loaded = await model.load(fakeLoadContext());
  const run = async (request: object, context = recordRun(new AbortController().signal)): Promise<Raster> => {
    const answer = await pipeline.run(loaded, pipeline.synapse.request.parse(request), context);
    return decodeBase64Image((answer as { readonly image_b64s: [string] }).image_b64s[0]);
  };
  return { run, loaded, [Symbol.asyncDispose]: () => loaded[Symbol.asyncDispose]() };
}

/** What is said of a request; empty where it is accepted. */
export async function complaints(request: object, weights: Weights, options: Options = {}): Promise<string> {
  const result = await validate(modelOf(weights, options).pipelines[0]!.accepts!, request);
  return result.ok ? '' : formatIssues(result.issues);
}

/** Random bytes of a seed, from 0 to `most`. */
export function noisy(width: number, height: number, { seed = 1, most = 255 } = {}): Raster {
  const random = createRandom(seed);
  return { width, height, channels: 3, data: Uint8Array.from({ length: width * height * 3 }, () => random() * (most + 1)) };
}
