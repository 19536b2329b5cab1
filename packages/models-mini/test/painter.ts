import { join } from 'node:path';
import { type AnyPipeline, type FolderWeights, formatIssues, type Plugin, validate } from '@vision-sdk/core';
import { fakeLoadContext, recordRun } from '@vision-sdk/core/testing';
import { decodeBase64Image, type Raster } from '@vision-sdk/image';

/** The models that a plugin contributes under its options. */
export async function modelsOf(plugin: Plugin) {
  const options = await validate(plugin.options, plugin.given);
  if (!options.ok) throw new Error(formatIssues(options.issues));
  return plugin.contribute(options.value).models ?? [];
}

/** A model of a plugin, the first one if none is named, loaded: `ask` answers requests as the host does, after the checks of its pipeline. */
export async function loadPainter(plugin: Plugin, id?: string) {
  const models = await modelsOf(plugin);
  const model = models.find((one) => id === undefined || one.id === id)!;
  const weights = async (file: string) => {
    const source = model.weights.find(({ files }) => files.includes(file)) as FolderWeights;
    return join(source.folder, file);
  };
  const loaded = await model.load(fakeLoadContext({ threads: 2, weights }));
  const ask = async (name: string, given: object): Promise<unknown> => {
    const pipeline: AnyPipeline = model.pipelines.find(({ synapse }) => synapse.name === name)!;
    const request = await validate(pipeline.accepts ?? pipeline.synapse.request, given);
    if (!request.ok) throw new Error(formatIssues(request.issues));
    return pipeline.run(loaded, request.value, recordRun(new AbortController().signal));
  };
  return {
    model,
    ask,
    paint: async (name: string, given: object): Promise<Raster> => {
      const { image_b64s } = (await ask(name, given)) as { readonly image_b64s: readonly [string] };
      return decodeBase64Image(image_b64s[0]);
    },
    [Symbol.asyncDispose]: () => loaded[Symbol.asyncDispose]() as PromiseLike<void>,
  };
}
