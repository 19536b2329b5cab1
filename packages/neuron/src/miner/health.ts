import type { DispatcherStats } from '../host/dispatcher-types.ts';
import type { HelplessFilter } from '../host/filters.ts';
import type { PlainResponse } from './axon/types.ts';
import type { ViewAge } from './subnet-view.ts';

/** A chain that has been silent for longer is reported as a problem. */
const STALE_MS = 600_000;

/** What health is judged by. */
export interface HealthFacts {
  readonly hotkey: string;
  /** Absent when the hotkey is not registered (any more). */
  readonly uid: number | undefined;
  readonly draining: boolean;
  readonly open: number;
  /** Number of operations that a configured model serves. */
  readonly operations: number;
  readonly helpless: readonly HelplessFilter[];
  readonly stats: DispatcherStats;
  readonly age: ViewAge;
}

/** The answer of `/health`: 200 while the miner takes requests, 503 while it drains. `problems` says what a person should look at. */
export function healthOf(facts: HealthFacts): PlainResponse {
  const { hotkey, uid, draining, open, stats, age } = facts;
  const body = {
    ok: !draining,
    hotkey,
    uid: uid ?? null,
    problems: problemsOf(facts),
    open,
    queue: Object.fromEntries(
      stats.devices.map((lane) => [lane.device, { running: lane.running, queued: lane.queued, limit: lane.queueLimit }]),
    ),
    models: Object.fromEntries(stats.models.map(({ model, state, restarts, pid }) => [model, { state, restarts, pid }])),
    // Not the problem's own text: it may name an endpoint with its key, and the axon's port is open to all.
    chain: { block: age.block, ageMs: age.ageMs },
  };
  return { status: draining ? 503 : 200, contentType: 'application/json', body: JSON.stringify(body) };
}

function problemsOf({ hotkey, uid, draining, operations, helpless, stats, age }: HealthFacts): string[] {
  const broken = stats.models.filter(({ state }) => state === 'broken').map(({ model }) => `model ${model} cannot be loaded`);
  return [
    ...(draining ? ['the miner is stopping'] : []),
    ...(uid === undefined ? [`the hotkey ${hotkey} is not registered: validators do not know this miner`] : []),
    ...(operations === 0 ? ['no operation is served: no plugin brings a model that fits on a device'] : []),
    ...(age.problem === undefined ? [] : ['the chain does not answer; the log says why']),
    ...(age.ageMs > STALE_MS ? [`the chain has not answered for ${Math.round(age.ageMs / 1000)} s`] : []),
    ...broken,
    ...helpless.map(helplessText),
  ];
}

/** What is wrong with a filter that calls what nothing serves. */
export function helplessText({ filter, operation, models }: HelplessFilter): string {
  const why = models.length === 0 ? 'no plugin brings a model for it' : `${models.join(', ')} fits on no device`;
  return `the filter ${filter} cannot work and may withhold every answer: it calls ${operation}, and ${why}`;
}
