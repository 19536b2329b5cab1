import type { Log } from './log.ts';
import type { AnySynapse, RequestInput, RequestOf, ResponseOf } from './synapse.ts';

/** What a filter may use besides request and response. */
export interface FilterContext {
  /** Runs a pipeline of this miner, such as CLIP. */
  call<T extends AnySynapse>(synapse: T, request: RequestInput<T>): Promise<ResponseOf<T>>;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** Changes responses on their way out: withholds unsafe images, adds hashes. */
export interface ResponseFilter extends AsyncDisposable {
  apply<S extends AnySynapse>(synapse: S, request: RequestOf<S>, response: ResponseOf<S>, context: FilterContext): Promise<ResponseOf<S>>;
}

/** A filter as a plugin contributes it. Filters run in the order of the config. */
export interface FilterDefinition {
  readonly id: string;
  /** Operations that the filter calls. A miner on which no model serves one of them says so in its log and its health. */
  readonly calls?: readonly AnySynapse[];
  create(context: { readonly log: Log }): Promise<ResponseFilter> | ResponseFilter;
}
