import type { AnySynapse, FilterContext, Log, RequestOf, ResponseFilter, ResponseOf } from '@vision-sdk/core';
import { fail } from './errors.ts';
import type { Registry } from './registry.ts';

interface NamedFilter {
  readonly id: string;
  readonly filter: ResponseFilter;
}

/** A configured filter that calls what no model serves. */
export interface HelplessFilter {
  readonly filter: string;
  /** Name of the operation that it calls. */
  readonly operation: string;
  /** Models that would serve it and that no device can hold; empty when no plugin brings one. */
  readonly models: readonly string[];
}

/** The configured filters that cannot do their work; those that fail closed withhold every answer. */
export function helplessFilters(
  registry: Pick<Registry, 'filters' | 'pipelinesFor'>,
  ids: readonly string[],
  serves: (synapse: AnySynapse) => boolean,
): readonly HelplessFilter[] {
  return ids.flatMap((filter) => {
    const unserved = registry.filters.get(filter)?.calls?.filter((synapse) => !serves(synapse)) ?? [];
    return unserved.map((synapse) => ({
      filter,
      operation: synapse.name,
      models: registry.pipelinesFor(synapse).map(({ model }) => model.id),
    }));
  });
}

/** The configured filters, applied in the order of the config. A filter that fails holds the response back: nothing leaves unfiltered. */
export class Filters implements AsyncDisposable {
  readonly #filters: readonly NamedFilter[];

  private constructor(filters: readonly NamedFilter[]) {
    this.#filters = filters;
  }

  /** Creates the filters with these ids. Throws VISION_HOST_FILTER_UNKNOWN before any of them is made. */
  static async create(registry: Pick<Registry, 'filters'>, ids: readonly string[], log: Log): Promise<Filters> {
    const definitions = ids.map((id) => {
      const definition = registry.filters.get(id);
      if (definition === undefined) throw fail('FILTER_UNKNOWN', { filter: id, known: [...registry.filters.keys()] });
      return definition;
    });
    const filters: NamedFilter[] = [];
    try {
      for (const definition of definitions) filters.push({ id: definition.id, filter: await definition.create({ log }) });
      return new Filters(filters);
    } catch (error) {
      await new Filters(filters)[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** How many there are. */
  get size(): number {
    return this.#filters.length;
  }

  async apply<S extends AnySynapse>(
    synapse: S,
    exchange: { readonly request: RequestOf<S>; readonly response: ResponseOf<S> },
    context: FilterContext,
  ): Promise<ResponseOf<S>> {
    let { response } = exchange;
    for (const { id, filter } of this.#filters) {
      response = await filter.apply(synapse, exchange.request, response, context).catch((cause: unknown) => {
        context.signal.throwIfAborted();
        throw fail(
          'FILTER_FAILED',
          { filter: id, synapse: synapse.name, reason: cause instanceof Error ? cause.message : String(cause) },
          { cause },
        );
      });
    }
    return response;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { filter } of this.#filters.toReversed()) await filter[Symbol.asyncDispose]();
  }
}
