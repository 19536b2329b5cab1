import type { RunHooks } from '@vision-sdk/diffusion';

/** Steps of several loops counted as one. */
export interface Progress {
  readonly signal: AbortSignal | undefined;
  /** One more step is done. */
  step(): void;
}

/** Counts up to `total` and tells it on. */
export function progressOf(total: number, { signal, onStep }: RunHooks): Progress {
  let done = 0;
  return { signal, step: () => onStep?.(++done, total) };
}
