import { join } from 'node:path';
import {
  type AnyModel,
  type AnyPipeline,
  formatIssues,
  type LoadContext,
  type Plugin,
  type PluginFactory,
  type Schema,
  validate,
} from '@vision-sdk/core';

/** A model of another plugin with one of its pipelines. */
export interface Inner {
  readonly model: AnyModel;
  readonly pipeline: AnyPipeline;
}

/** Models of a plugin that is named by its package. Throws for options that it does not take. */
export async function modelsOf([name, options]: readonly [name: string, options: object]): Promise<readonly AnyModel[]> {
  const plugin: Plugin = ((await import(name)) as { default: PluginFactory }).default(options);
  const given = await validate(plugin.options, plugin.given);
  if (!given.ok) throw new Error(`${name}: ${formatIssues(given.issues)}`);
  return plugin.contribute(given.value).models ?? [];
}

/** Those pipelines of models that serve an operation. Throws when there is none. */
export function serving(models: readonly AnyModel[], synapse: string): readonly [Inner, ...Inner[]] {
  const [first, ...others] = models.flatMap((model) =>
    model.pipelines.filter((pipeline) => pipeline.synapse.name === synapse).map((pipeline) => ({ model, pipeline })),
  );
  if (first === undefined) throw new Error(`None of ${models.map(({ id }) => id).join(', ')} serves ${synapse}`);
  return [first, ...others];
}

/** Takes what one of the pipelines takes; of what none takes, says what the first has against it. */
export function anyOf([first, ...others]: readonly [Inner, ...Inner[]]): Schema {
  const schema = acceptsOf(first);
  return {
    '~standard': {
      ...schema['~standard'],
      validate: async (value) => {
        for (const inner of others) if (await takes(inner, value)) return { value };
        return schema['~standard'].validate(value);
      },
    },
  };
}

/** The first pipeline that takes a request. Throws when none does. */
export async function takerOf(inner: readonly Inner[], request: unknown): Promise<Inner> {
  for (const one of inner) if (await takes(one, request)) return one;
  throw new Error(`None of ${inner.map(({ model }) => model.id).join(', ')} takes the request`);
}

async function takes(inner: Inner, request: unknown): Promise<boolean> {
  return (await validate(acceptsOf(inner), request)).ok;
}

function acceptsOf({ pipeline }: Inner): Schema {
  return pipeline.accepts ?? pipeline.synapse.request;
}

/** Loads a model whose weights lie in folders, with what its wrapper was given. */
export function loadInner(model: AnyModel, context: LoadContext): Promise<AsyncDisposable> {
  return model.load({
    device: context.device,
    deviceOf: (component) => context.deviceOf(component),
    weights: async (file) => weightFile(model, file),
    threads: context.threads,
    signal: context.signal,
    log: context.log,
  });
}

function weightFile(model: AnyModel, file: string): string {
  const source = model.weights.find(({ files }) => files.includes(file));
  if (source?.kind !== 'folder') throw new Error(`${model.id} ships no weight file ${file}`);
  return join(source.folder, file);
}
