import type { DispatcherStats } from '../host/dispatcher-types.ts';
import { Figures } from '../host/figures.ts';
import type { Decision } from './admission.ts';
import type { ViewAge } from './subnet-view.ts';

const SECONDS = [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 60, 180];

/** What the gauges read when somebody asks. */
export interface MetricSources {
  readonly stats: () => DispatcherStats;
  readonly open: () => number;
  readonly age: () => ViewAge;
}

/** Figures of one miner for Prometheus, in a registry of their own. */
export interface MinerMetrics {
  readonly contentType: string;
  served(request: { readonly synapse: string; readonly status: number; readonly milliseconds: number }): void;
  decided(decision: Decision): void;
  /** Text in Prometheus' format. */
  render(): Promise<string>;
}

/** Outcome of a request by its status, as the label `outcome` says it. */
export function outcomeOf(status: number): string {
  if (status < 300) return 'ok';
  if (status === 401 || status === 403) return 'refused';
  if (status === 429 || status === 503) return 'busy';
  if (status === 408) return 'timeout';
  return status < 500 ? 'invalid' : 'error';
}

/** Creates the figures; gauges are read from `sources` at each rendering. */
export function createMetrics(sources: MetricSources): MinerMetrics {
  const figures = new Figures('vision_miner_');
  const requests = figures.counter('requests_total', 'Finished requests.', ['synapse', 'outcome']);
  const seconds = figures.histogram('request_seconds', 'From the first byte of an answered request to the last byte of its answer.', {
    labels: ['synapse'],
    buckets: SECONDS,
  });
  const admissions = figures.counter('admission_total', 'Callers by what admission decided.', ['decision']);
  const readGauges = createGauges(figures, sources);
  return {
    contentType: figures.contentType,
    served: ({ synapse, status, milliseconds }) => {
      requests.inc({ synapse, outcome: outcomeOf(status) });
      if (status < 300) seconds.observe({ synapse }, milliseconds / 1000);
    },
    decided: (decision) => admissions.inc({ decision }),
    render: () => {
      readGauges();
      return figures.text();
    },
  };
}

function createGauges(figures: Figures, { stats, open, age }: MetricSources): () => void {
  const openRequests = figures.gauge('open_requests', 'Requests that are open now.');
  const queued = figures.gauge('queue_depth', 'Requests that wait for a device.', ['device']);
  const running = figures.gauge('running_jobs', 'Requests that a device works on.', ['device']);
  const memory = figures.gauge('device_memory_used_bytes', 'Memory that loaded models take of the budget.', ['device']);
  const restarts = figures.counter('worker_restarts_total', 'Times a worker was started again after it had ended by itself.', ['model']);
  const loaded = figures.gauge('model_loaded', '1 while the model is in memory.', ['model']);
  const chainAge = figures.gauge('chain_age_seconds', 'Since the chain last answered.');
  const chainBlock = figures.gauge('chain_block', 'Newest block that was seen.');
  return () => {
    const { devices, models } = stats();
    openRequests.set(open());
    for (const { device, ...now } of devices) {
      queued.set({ device }, now.queued);
      running.set({ device }, now.running);
      memory.set({ device }, now.usedBytes);
    }
    // The dispatcher counts; the counter only shows.
    restarts.reset();
    for (const { model, ...now } of models) {
      restarts.inc({ model }, now.restarts);
      loaded.set({ model }, now.state === 'idle' || now.state === 'busy' ? 1 : 0);
    }
    chainAge.set(age().ageMs / 1000);
    chainBlock.set(age().block);
  };
}
