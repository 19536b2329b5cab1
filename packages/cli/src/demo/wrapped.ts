import { setTimeout as sleep } from 'node:timers/promises';
import { type AnyModel, createRandom, defineModel, definePlugin, type LoadContext, type Schema } from '@vision-sdk/core';
import { z } from 'zod';
import { asRun, habits } from './habits.ts';
import { anyOf, loadInner, modelsOf, serving, takerOf } from './inner-models.ts';

const plain = z.strictObject({
  /** Plugins whose models do the work: package and options. */
  inner: z.array(z.tuple([z.string().min(1), z.record(z.string(), z.unknown())])).min(1),
  /** Names of the operations that are served, of those that the inner plugins serve. */
  serves: z.array(z.string().min(1)).min(1),
  ...habits,
  /** Of the chance that decides which requests fail. */
  seed: z.int().min(0).default(19),
});

interface Options extends z.output<typeof plain> {
  /** For each operation the pipelines that serve it. */
  readonly served: readonly Served[];
}

type Served = ReturnType<typeof serving>;

/** Validates the options and finds the models that they name: `contribute` may not wait for that. */
const options = {
  '~standard': {
    ...plain['~standard'],
    validate: async (value: unknown) => {
      const result = await plain['~standard'].validate(value);
      if (result.issues !== undefined) return result;
      const models = (await Promise.all(result.value.inner.map(modelsOf))).flat();
      return { value: { ...result.value, served: result.value.serves.map((name) => serving(models, name)) } };
    },
  },
} as unknown as Schema<z.input<typeof plain>, Options>;

interface Loaded extends AsyncDisposable {
  readonly models: ReadonlyMap<AnyModel, AsyncDisposable>;
  readonly random: () => number;
}

/**
 * A miner's plugin for the demo: models of other plugins, all in one process, made slow, made to fail now and then, or made to run something
 * else than what was asked for.
 */
export default definePlugin({
  module: import.meta.url,
  name: 'vision-demo-wrapped',
  version: '0.1.0',
  options,
  contribute: (given) => ({ models: [wrapped(given)] }),
});

function wrapped(given: Options): AnyModel {
  const model = defineModel<Loaded>({
    id: 'wrapped',
    weights: [],
    resources: { memory: '512MiB' },
    load: (context) => loadAll(given, context),
  });
  return given.served.reduce((served, inner) => serve(served, inner, given), model);
}

function serve(model: ReturnType<typeof defineModel<Loaded>>, inner: Served, given: Options) {
  const [{ pipeline }] = inner;
  return model.serve({
    synapse: pipeline.synapse,
    accepts: anyOf(inner),
    sample: (context) => pipeline.sample(context),
    run: async (loaded, request: object, context) => {
      if (loaded.random() < given.failureRate) throw new Error('the graphics card fell off the bus (this miner fails on purpose)');
      await sleep(given.delayMs, undefined, { signal: context.signal });
      const run = asRun(request, given);
      const taker = await takerOf(inner, run);
      return taker.pipeline.run(loaded.models.get(taker.model), run, context);
    },
  });
}

async function loadAll({ served, seed }: Options, context: LoadContext): Promise<Loaded> {
  const models = new Map<AnyModel, AsyncDisposable>();
  for (const { model } of served.flat()) {
    if (!models.has(model)) models.set(model, await loadInner(model, context));
  }
  return {
    models,
    random: createRandom(seed),
    [Symbol.asyncDispose]: async () => {
      for (const loaded of models.values()) await loaded[Symbol.asyncDispose]();
    },
  };
}
