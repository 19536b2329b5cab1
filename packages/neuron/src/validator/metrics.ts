import { Figures } from '../host/figures.ts';
import type { Observer } from './events.ts';

const SECONDS = [0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32];

/** Prometheus figures of a validator. */
export interface Metrics {
  readonly observe: Observer;
  /** The text of /metrics. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** Figures that are kept by watching the validator's events. */
export function createMetrics(): Metrics {
  const figures = new Figures('vision_validator_');
  const rounds = figures.counter('rounds_total', 'Scored rounds.', ['synapse', 'origin', 'outcome']);
  const rewards = figures.counter('rewards_total', 'Rewards given.', ['synapse', 'origin']);
  const organic = figures.histogram('organic_seconds', 'Time to the answer of an organic request.', {
    labels: ['synapse', 'outcome'],
    buckets: SECONDS,
  });
  const miners = figures.gauge('miners', 'Miners that serve an operation.');
  const weights = figures.counter('weights_total', 'Tries to set weights.', ['outcome']);
  const observe: Observer = (event) => {
    if (event.kind === 'resynced') miners.set(event.miners);
    if (event.kind === 'weights-set' || event.kind === 'weights-failed')
      weights.inc({ outcome: event.kind === 'weights-set' ? 'ok' : 'failed' });
    if (event.kind === 'organic-answered') organic.observe({ synapse: event.synapse, outcome: event.outcome }, event.latencyMs / 1000);
    if (event.kind === 'round-discarded') rounds.inc({ synapse: event.synapse, origin: event.origin, outcome: 'discarded' });
    if (event.kind !== 'round-judged') return;
    rounds.inc({ synapse: event.synapse, origin: event.origin, outcome: 'judged' });
    rewards.inc(
      { synapse: event.synapse, origin: event.origin },
      event.rewards.reduce((sum, { value }) => sum + value, 0),
    );
  };
  return { observe, text: () => figures.text(), contentType: figures.contentType };
}
