import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Figures of one neuron for Prometheus, in a registry of their own: several neurons may live in one process. */
export class Figures {
  readonly contentType = Registry.PROMETHEUS_CONTENT_TYPE;
  readonly #registry = new Registry();
  readonly #prefix: string;

  /** `prefix` is put before every name: `vision_miner_`. */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** A figure that only rises. */
  counter<Label extends string>(name: string, help: string, labels: readonly Label[] = []): Counter<Label> {
    return new Counter(this.#about(name, help, labels));
  }

  /** A figure that rises and falls. */
  gauge<Label extends string>(name: string, help: string, labels: readonly Label[] = []): Gauge<Label> {
    return new Gauge(this.#about(name, help, labels));
  }

  /** How values spread over buckets, each given by its upper bound. */
  histogram<Label extends string>(
    name: string,
    help: string,
    { labels = [], buckets }: { readonly labels?: readonly Label[]; readonly buckets: readonly number[] },
  ): Histogram<Label> {
    return new Histogram({ ...this.#about(name, help, labels), buckets: [...buckets] });
  }

  /** All figures in Prometheus' text form. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #about<Label extends string>(name: string, help: string, labels: readonly Label[]) {
    return { name: `${this.#prefix}${name}`, help, labelNames: [...labels], registers: [this.#registry] };
  }
}
