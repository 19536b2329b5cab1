import { type AnySynapse, type RequestOf, type SchemaIssue, type VisionError, validate } from '@vision-sdk/core';
import { modelsWithoutRoom, type RegisteredPipeline } from '@vision-sdk/neuron/host';
import { fail } from '../errors.ts';
import type { Project } from '../project.ts';
import { withEngineOf } from './engine-of-model.ts';
import { missingFlags, type RequestFlags, splitPair } from './request.ts';

/** A request with the model that is to answer it. */
export interface Chosen<S extends AnySynapse> {
  readonly served: RegisteredPipeline;
  /** By the engine of the model, unless the user named one. */
  readonly request: RequestOf<S>;
}

/** What is to be answered, and by what. */
export interface Job<S extends AnySynapse> {
  readonly synapse: S;
  readonly request: RequestOf<S>;
  readonly project: Project;
}

/**
 * The model that `--model` names, or the first in the order of the config that takes the request; without one, the first that says more of it than that it
 * has another name. Throws VALUE_INVALID for models that do not serve the operation, FLAG_MISSING, and what the host says of models without room.
 */
export async function chooseModel<S extends AnySynapse>(
  job: Job<S>,
  flags: RequestFlags & { readonly model?: string },
): Promise<Chosen<S>> {
  const keepsEngine = flags.param?.some((text) => splitPair('--param', text)[0] === 'engine') === true;
  const refused: (Chosen<S> & { readonly issues: readonly SchemaIssue[] })[] = [];
  for (const served of candidates(job, flags.model)) {
    const request = keepsEngine ? job.request : await withEngineOf<S>(served.pipeline, job.request);
    const checked = served.pipeline.accepts === undefined ? undefined : await validate(served.pipeline.accepts, request);
    if (checked?.ok !== false) return { served, request };
    refused.push({ served, request, issues: checked.issues });
  }
  const nearest = refused.find(({ issues }) => issues.every(({ path }) => path !== 'engine')) ?? refused[0]!;
  const missing = missingFlags(job.synapse, nearest.issues, flags);
  if (missing !== undefined) throw missing;
  return nearest;
}

/** At least one model that serves the operation and has room. */
function candidates({ synapse, project }: Job<AnySynapse>, wanted: string | undefined): readonly RegisteredPipeline[] {
  const { registry } = project;
  const { devices, placement } = project.config;
  const served = registry.pipelinesFor(synapse);
  const named = wanted === undefined ? served : served.filter(({ model }) => model.id === wanted);
  const ids = served.map(({ model }) => model.id).join(', ');
  if (named.length === 0)
    throw fail('VALUE_INVALID', { flag: '--model', value: wanted ?? '', expected: `one of the models that serve ${synapse.name}: ${ids}` });
  const homeless = modelsWithoutRoom({ registry, devices, placement });
  const problemOf = ({ model }: RegisteredPipeline) => homeless.find((error) => isAbout(error, model.id));
  const placeable = named.filter((one) => problemOf(one) === undefined);
  if (placeable.length === 0) throw problemOf(named[0]!);
  return placeable;
}

function isAbout({ details }: VisionError, model: string): boolean {
  return (details as { readonly model?: unknown } | undefined)?.model === model;
}
