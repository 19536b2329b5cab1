import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AnySynapse, createRandom, formatIssues, type InputOf, type LoadContext, type RequestInput, validate } from '@vision-sdk/core';
import { fakeLoadContext, type RecordedRun, recordRun } from '@vision-sdk/core/testing';
import { type TinyKandinsky, writeTinyKandinsky } from '@vision-sdk/diffusion/testing';
import { decodeBase64Image, encodePngBase64, type Raster } from '@vision-sdk/image';
import { kandinskyModel } from '../src/model.ts';
import { kandinskyOptions } from '../src/options.ts';

/** A folder that is removed when it goes out of scope. */
export function temporaryFolder() {
  const path = mkdtempSync(join(tmpdir(), 'vision-kandinsky-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Options of the plugin but for the folder. */
export type Options = Omit<InputOf<typeof kandinskyOptions>, 'model'>;

/** What the made-up weights are like: small pictures, so that tests are quick. */
export const SMALL: TinyKandinsky = { vaeScale: 2, sampleSize: 8, imageSize: 32 };
/** Few steps of the prior, as the weights are random anyway, and a short prefix, as every letter is a token. */
export const QUICK: Options = { prior: { steps: 3 }, negativePrefix: 'ugly, ' };

/** The model on made-up weights, loaded as a host would. */
export async function tinyKandinsky(weights: TinyKandinsky = {}, options: Options = {}, context: Partial<LoadContext> = {}) {
  const folder = temporaryFolder();
  try {
    await writeTinyKandinsky(folder.path, { ...SMALL, ...weights });
    const model = kandinskyModel(kandinskyOptions.parse({ ...QUICK, ...options, model: folder.path }));
    const loaded = await model.load(fakeLoadContext({ weights: async (file) => join(folder.path, file), ...context }));
    return {
      model,
      loaded,
      folder: folder.path,
      async [Symbol.asyncDispose]() {
        await loaded[Symbol.asyncDispose]();
        folder[Symbol.dispose]();
      },
    };
  } catch (error) {
    folder[Symbol.dispose]();
    throw error;
  }
}

type Tiny = Awaited<ReturnType<typeof tinyKandinsky>>;

/** The pipeline of an operation. */
export function pipelineOf({ model }: Pick<Tiny, 'model'>, synapse: AnySynapse) {
  const found = model.pipelines.find((pipeline) => pipeline.synapse.name === synapse.name);
  if (found === undefined) throw new Error(`${synapse.name} is not served.`);
  return found;
}

/** Asks a model as a host would, defaults filled in; returns the pictures. */
export async function ask<S extends AnySynapse>(
  tiny: Tiny,
  synapse: S,
  request: RequestInput<S>,
  context: RecordedRun<S> = recordRun(new AbortController().signal),
): Promise<readonly Raster[]> {
  const parsed = await validate(synapse.request, request);
  if (!parsed.ok) throw new Error(formatIssues(parsed.issues));
  const response = (await pipelineOf(tiny, synapse).run(tiny.loaded, parsed.value, context)) as { readonly image_b64s: readonly string[] };
  return Promise.all(response.image_b64s.map((image) => decodeBase64Image(image)));
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

/** A mask as base64 PNG: white right of the middle. */
export function halfMask(width: number, height: number): Promise<string> {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (Math.floor(i / 3) % width >= width / 2 ? 255 : 0));
  return encodePngBase64({ width, height, channels: 3, data });
}
