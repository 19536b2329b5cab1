import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AnyModel, createRandom, formatIssues, type InputOf, validate } from '@vision-sdk/core';
import { fakeLoadContext, recordRun } from '@vision-sdk/core/testing';
import { type TinyStableDiffusion, writeTinyStableDiffusion } from '@vision-sdk/diffusion/testing';
import { decodeBase64Image, encodePngBase64, type Raster } from '@vision-sdk/image';
import { afterAll } from 'vitest';
import { inpaintModel } from '../src/model.ts';
import { inpaintOptions } from '../src/options.ts';

const root = mkdtempSync(join(tmpdir(), 'vision-inpaint-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let written = 0;

/** Options without the folder. */
export type Options = Omit<InputOf<typeof inpaintOptions>, 'model'>;

/** Tiny weights, of 9 channels where nothing else is said; sides of the pictures are about 64. */
export function tinyWeights(tiny: Partial<TinyStableDiffusion> = {}): Promise<string> {
  return writeTinyStableDiffusion(join(root, `${written++}`), { kind: 'sd', inChannels: 9, ...tiny });
}

/** The model of a folder. */
export function modelOf(folder: string, options: Options = {}) {
  return inpaintModel({ ...inpaintOptions.parse({ ...options, model: folder }), model: folder });
}

/** A loaded model that answers requests with pictures. */
export async function load(folder: string, options: Options = {}) {
  return answering(modelOf(folder, options));
}

/** Loads a model of any kind. */
export async function answering(model: AnyModel) {
  const loaded = await model.load(fakeLoadContext());
  const run = async (name: 'Inpaint' | 'Uncrop', request: object, context = recordRun(new AbortController().signal)): Promise<Raster> => {
    const { synapse, run: answer } = model.pipelines.find((pipeline) => pipeline.synapse.name === name)!;
    const { image_b64s: images } = (await answer(loaded, synapse.request.parse(request), context)) as { readonly image_b64s: [string] };
    return decodeBase64Image(images[0]);
  };
  return { run, [Symbol.asyncDispose]: async (): Promise<void> => loaded[Symbol.asyncDispose]() };
}

/** What is said of a request; empty where it is accepted. */
export async function complaints(name: 'Inpaint' | 'Uncrop', request: object, { folder, ...options }: Options & { folder: string }) {
  const { accepts } = modelOf(folder, options).pipelines.find(({ synapse }) => synapse.name === name)!;
  const result = await validate(accepts!, request);
  return result.ok ? '' : formatIssues(result.issues);
}

/** Noise of a seed. */
export function noisy(width: number, height: number, seed = 1): Raster {
  const random = createRandom(seed);
  return { width, height, channels: 3, data: Uint8Array.from({ length: width * height * 3 }, () => random() * 256) };
}

/** A white rectangle on black. */
export function rectangle(width: number, height: number, [left, top, right, bottom]: readonly [number, number, number, number]): Raster {
  const data = new Uint8Array(width * height);
  for (let y = top; y < bottom; y++) data.fill(255, y * width + left, y * width + right);
  return { width, height, channels: 1, data };
}

/** A part of a picture. */
export function part({ width, data }: Raster, [left, top, right, bottom]: readonly [number, number, number, number]): Uint8Array {
  const rows = Array.from({ length: bottom - top }, (_, y) =>
    data.subarray(((top + y) * width + left) * 3, ((top + y) * width + right) * 3),
  );
  return Buffer.concat(rows);
}

export const png = encodePngBase64;
