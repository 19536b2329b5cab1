import type { KandinskyContext } from './parts.ts';

/** Steps of several loops counted as one. */
export interface Progress {
  readonly signal: AbortSignal | undefined;
  /** One more step is done. */
  step(): void;
}

/** Counts up to `total` and tells the context. */
export function progressOf(total: number, { signal, onStep }: KandinskyContext): Progress {
  let done = 0;
  return { signal, step: () => onStep?.(++done, total) };
}
