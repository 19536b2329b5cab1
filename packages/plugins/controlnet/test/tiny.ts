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
import { controlnetModel } from '../src/model.ts';
import { type ControlType, controlnetOptions } from '../src/options.ts';

const root = mkdtempSync(join(tmpdir(), 'vision-controlnet-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let written = 0;

/** Options without the folders. */
export type Options = Omit<InputOf<typeof controlnetOptions>, 'model' | 'controlnets'>;

/** Where tiny weights lie. */
export interface Weights {
  readonly model: string;
  readonly controlnets: Partial<Record<ControlType, string>>;
}

/** What tiny weights are like. */
export interface TinyOptions {
  readonly model?: Partial<TinyStableDiffusion>;
  readonly net?: Partial<TinyControlNet>;
  readonly types?: readonly ControlType[];
}

/** A folder that nothing is in yet. */
export function emptyFolder(): string {
  return join(root, `${written++}`);
}

/** Tiny weights, whose UNet takes residuals where nothing else is said; each ControlNet has a seed of its own. Sides of pictures are 64 to 168. */
export async function tinyWeights({ model = {}, net = {}, types = ['canny', 'depth'] }: TinyOptions = {}): Promise<Weights> {
  const folder = emptyFolder();
  const kind = model.kind ?? 'sd';
  const paths: Partial<Record<ControlType, string>> = {};
  for (const [seed, type] of types.entries()) paths[type] = await writeTinyControlNet(join(folder, type), { kind, seed: seed + 1, ...net });
  return { model: await writeTinyStableDiffusion(join(folder, 'model'), { kind, residuals: true, ...model }), controlnets: paths };
}

/** The model of some weights. */
export function modelOf(weights: Weights, options: Options = {}) {
  return controlnetModel(controlnetOptions.parse({ ...options, ...weights }));
}

/** A loaded model that answers requests with pictures. */
export async function load(weights: Weights, options: Options = {}, context = fakeLoadContext()) {
  const model = modelOf(weights, options);
  const pipeline = model.pipelines[0]!;
  const loaded = await model.load(context);
  const run = async (request: object, hooks = recordRun(new AbortController().signal)): Promise<Raster> => {
    const answer = await pipeline.run(loaded, pipeline.synapse.request.parse(request), hooks);
    return decodeBase64Image((answer as { readonly image_b64s: [string] }).image_b64s[0]);
  };
  return { run, loaded, [Symbol.asyncDispose]: () => loaded[Symbol.asyncDispose]() };
}

/** What is said of a request; empty where it is accepted. */
export async function complaints(request: object, weights: Weights, options: Options = {}): Promise<string> {
  const result = await validate(modelOf(weights, options).pipelines[0]!.accepts!, request);
  return result.ok ? '' : formatIssues(result.issues);
}

/** A picture with something in it: a square of one brightness on another. */
export function square(width: number, height: number, { inside = 220, outside = 30 } = {}): Raster {
  const within = (i: number, length: number) => i >= length / 4 && i < (3 * length) / 4;
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return within(pixel % width, width) && within(Math.floor(pixel / width), height) ? inside : outside;
  });
  return { width, height, channels: 3, data };
}

/** Random bytes of a seed. */
export function noisy(width: number, height: number, seed = 1): Raster {
  const random = createRandom(seed);
  return { width, height, channels: 3, data: Uint8Array.from({ length: width * height * 3 }, () => random() * 256) };
}
