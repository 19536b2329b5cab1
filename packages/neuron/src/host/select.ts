import { type AnySynapse, type Schema, type SchemaIssue, synapseKey, type Validation, validate } from '@vision-sdk/core';
import { didYouMean } from './did-you-mean.ts';
import { fail } from './errors.ts';
import type { RegisteredPipeline, Registry } from './registry.ts';

/** A request with the pipeline that is to run it. */
export interface Selected {
  readonly pipeline: RegisteredPipeline;
  /** Validated, defaults filled in. */
  readonly request: unknown;
}

/** What a pipeline is selected by. */
export interface Selection {
  readonly synapse: AnySynapse;
  readonly request: unknown;
  /** Id of the wanted model; any when left out. */
  readonly model: string | undefined;
  /** Models that some device can hold. */
  readonly placeable: (model: string) => boolean;
}

/** The first pipeline, in the order of the config, that accepts the request. Throws `VISION_HOST_NOT_SERVED`, `_REQUEST_INVALID`, `_NOT_ACCEPTED` or `_MODEL_UNKNOWN`. */
export async function selectPipeline(registry: Registry, { synapse, request, model, placeable }: Selection): Promise<Selected> {
  const served = registry.pipelinesFor(synapse).filter((pipeline) => placeable(pipeline.model.id));
  const [first] = served;
  if (first === undefined) throw fail('NOT_SERVED', { synapse: synapseKey(synapse), served: [...registry.synapses.keys()] });
  const candidates = model === undefined ? served : served.filter((pipeline) => pipeline.model.id === model);
  if (candidates.length === 0) throw unknownModel(model ?? '', served);
  const valid = await check(first, first.pipeline.synapse.request, request);
  if (!valid.ok) throw fail('REQUEST_INVALID', { synapse: synapse.name, issues: valid.issues });
  return await firstAccepting(candidates, valid.value);
}

async function firstAccepting(candidates: readonly RegisteredPipeline[], request: unknown): Promise<Selected> {
  const refusals: (readonly SchemaIssue[])[] = [];
  for (const pipeline of candidates) {
    const accepted =
      pipeline.pipeline.accepts === undefined
        ? { ok: true as const, value: request }
        : await check(pipeline, pipeline.pipeline.accepts, request);
    if (accepted.ok) return { pipeline, request: accepted.value };
    refusals.push(accepted.issues);
  }
  const issues = nearestRefusal(refusals);
  const models = candidates.map(({ model }) => model.id);
  throw fail('NOT_ACCEPTED', { synapse: candidates[0]?.pipeline.synapse.name ?? '', models, issues });
}

/** What the model says that the request names; what other models say of it, that they are not called so, helps nobody. */
export function nearestRefusal(refusals: readonly (readonly SchemaIssue[])[]): readonly SchemaIssue[] {
  return refusals.find((issues) => issues.every(({ path }) => path !== 'engine')) ?? refusals[0] ?? [];
}

/** A schema that throws is a broken schema: the error names its plugin. */
async function check({ plugin, model, pipeline }: RegisteredPipeline, schema: Schema, request: unknown): Promise<Validation<unknown>> {
  try {
    return await validate(schema, request);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw fail('JOB_FAILED', { plugin: plugin.name, model: model.id, synapse: pipeline.synapse.name, reason }, { cause });
  }
}

function unknownModel(model: string, served: readonly RegisteredPipeline[]): Error {
  const known = served.map((pipeline) => pipeline.model.id);
  return fail('MODEL_UNKNOWN', { model, where: 'The request', known, near: didYouMean(model, known) });
}
