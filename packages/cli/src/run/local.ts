import type { AnySynapse, RequestOf, ResponseOf } from '@vision-sdk/core';
import { createDispatcher, createLog, type Dispatcher, type DispatcherOptions } from '@vision-sdk/neuron/host';
import type { Project } from '../project.ts';

/** How to run. */
export interface LocalOptions {
  readonly signal: AbortSignal;
  readonly model?: string;
  onStep(step: number, total: number): void;
}

/** A dispatcher that runs models on this machine, as the config says; in this process unless the options say otherwise. */
export function openDispatcher(
  { config, registry }: Project,
  options: Pick<DispatcherOptions, 'isolate' | 'limits'> = { isolate: false },
): Promise<Dispatcher> {
  const { devices, placement, weightsDirectory, logLevel } = config;
  return createDispatcher({ registry, log: createLog({ level: logLevel }), devices, placement, weightsDirectory, ...options });
}

/** What killed the model once would kill it again; whoever waits for one picture wants to know at once. */
const ONCE = { maxCrashes: 1, attempts: 1 };

/**
 * Runs one request on a model of this machine, in a process of its own: should the kernel end that one for lack of memory, somebody is left to say so.
 * Throws the dispatcher's errors.
 */
export async function runLocally<S extends AnySynapse>(
  { synapse, request, project }: { readonly synapse: S; readonly request: RequestOf<S>; readonly project: Project },
  options: LocalOptions,
): Promise<ResponseOf<S>> {
  await using dispatcher = await openDispatcher(project, { isolate: true, limits: ONCE });
  return await dispatcher.run(synapse, request as never, options);
}
