import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AnyPipeline, createRandom, type InputOf } from '@vision-sdk/core';
import { fakeLoadContext, recordRun } from '@vision-sdk/core/testing';
import { type TinyStableDiffusion, writeTinyStableDiffusion } from '@vision-sdk/diffusion/testing';
import { decodeBase64Image, encodePngBase64, type Raster } from '@vision-sdk/image';
import { sdxlTurboModel } from '../src/model.ts';
import { sdxlTurboOptions } from '../src/options.ts';

/** A folder that is removed when it goes out of scope. */
export async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'vision-sdxl-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Writes tiny weights. */
export async function tinyWeights(options: Partial<TinyStableDiffusion> = {}) {
  const folder = await temporaryFolder();
  await writeTinyStableDiffusion(folder.path, { kind: 'sdxl', ...options });
  return folder;
}

/** Options without the folder. */
export type Options = Omit<InputOf<typeof sdxlTurboOptions>, 'model'>;

/** A loaded model with tiny weights. */
export async function loadTiny(tiny: Partial<TinyStableDiffusion> = {}, options: Options = {}) {
  const folder = await tinyWeights(tiny);
  const model = sdxlTurboModel(sdxlTurboOptions.parse({ ...options, model: folder.path }));
  const loaded = await model.load(fakeLoadContext());
  const pipeline = (name: string): AnyPipeline => model.pipelines.find(({ synapse }) => synapse.name === name)!;
  const run = async (name: string, request: object, context = recordRun(new AbortController().signal)) => {
    const { synapse } = pipeline(name);
    const response = (await pipeline(name).run(loaded, synapse.request.parse(request), context)) as { readonly image_b64s: string[] };
    return Promise.all(response.image_b64s.map((image) => decodeBase64Image(image)));
  };
  return {
    model,
    pipeline,
    run,
    [Symbol.asyncDispose]: async () => {
      await loaded[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** A noisy picture. */
export function noisy(width: number, height: number, seed = 1): Raster {
  const random = createRandom(seed);
  return { width, height, channels: 3, data: Uint8Array.from({ length: width * height * 3 }, () => random() * 256) };
}

/** A noisy picture as base64 PNG. */
export function picture(width: number, height: number, seed = 1): Promise<string> {
  return encodePngBase64(noisy(width, height, seed));
}
