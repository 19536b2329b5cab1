import { type Answer, type AnySynapse, formatIssues, type Log, type RefreshContext, type Schema, validate } from '@vision-sdk/core';
import { nearestRefusal } from '../host/select.ts';
import type { Clock } from './clock.ts';
import { fail } from './errors.ts';
import type { Serve } from './gateway/gateway.ts';
import type { Rounds } from './rounds.ts';
import type { Store } from './store.ts';
import { organicTask, type Task } from './task.ts';

/** What serving users takes. */
export interface OrganicOptions {
  readonly rounds: Rounds;
  readonly refresh: RefreshContext;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** Narrower ranges of the configured models for an operation; a request must fit one of them. Empty when there are none. */
  readonly accepts: (synapse: AnySynapse) => readonly Schema[];
}

/** Serves users' requests: validate, refresh, ask, log. Throws `VISION_VALIDATOR_*` errors for the gateway. */
export function organicServe(options: OrganicOptions): Serve {
  return async (synapse, body, { id, signal, verify }) => {
    const task = await organicTask(synapse, body, options.refresh);
    await fitsAModel(task, options.accepts(synapse));
    const answer = verify ? await options.rounds.verified(task, signal) : await options.rounds.organic(task, signal);
    record(id, answer, task, options);
    return responseOf(answer, task);
  };
}

/** Miners refuse what their models do not take; saying so here is faster and names the field. */
async function fitsAModel({ synapse, request }: Task, schemas: readonly Schema[]): Promise<void> {
  const results = await Promise.all(schemas.map((schema) => validate(schema, request)));
  const refusals = results.flatMap((result) => (result.ok ? [] : [result.issues]));
  if (refusals.length < results.length || refusals.length === 0) return;
  throw fail('REQUEST_INVALID', { synapse: synapse.name, issues: formatIssues(nearestRefusal(refusals)) });
}

function responseOf({ outcome }: Answer, { synapse }: Task): unknown {
  if (outcome.ok) return outcome.response;
  if (outcome.failure === 'withheld') throw fail('WITHHELD', { synapse: synapse.name });
  throw fail('NO_VALID_ANSWER', { synapse: synapse.name, failures: outcome.failure });
}

/** A request that cannot be logged is answered all the same. */
function record(id: string, { outcome, neuron, latencyMs }: Answer, { synapse }: Task, { store, clock, log }: OrganicOptions): void {
  try {
    const said = outcome.ok ? 'ok' : outcome.failure;
    store.logRequest({ id, atMs: clock.now(), synapse: synapse.name, hotkey: neuron.hotkey, outcome: said, latencyMs });
  } catch (error) {
    log.error({ request: id, error: String(error) }, 'The request could not be logged.');
  }
}
