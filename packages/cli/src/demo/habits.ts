import { z } from 'zod';

/** The largest seed of Vision's requests. */
const LARGEST_SEED = 2 ** 32 - 1;

/** What a miner does otherwise than it should, as options of its plugin. */
export const habits = {
  /** Added to every answer, milliseconds. */
  delayMs: z.number().min(0).max(60_000).default(0),
  /** Share of requests that fail, 0 to 1. */
  failureRate: z.number().min(0).max(1).default(0),
  /** Share of the steps that are run, at least one step. */
  stepShare: z.number().gt(0).max(1).default(1),
  /** Draws with the seed after the one that was asked for. */
  otherSeed: z.boolean().default(false),
};

/** What a miner runs instead of what it was asked for. */
export interface Cheating {
  readonly stepShare: number;
  readonly otherSeed: boolean;
}

/** The request that a miner runs when it is asked for another one. Fields that a request does not have count for nothing. */
export function asRun(request: object, { stepShare, otherSeed }: Cheating): object {
  const { steps, seed } = request as { readonly steps?: unknown; readonly seed?: unknown };
  return {
    ...request,
    ...(typeof steps === 'number' && stepShare < 1 ? { steps: Math.max(1, Math.round(steps * stepShare)) } : {}),
    ...(typeof seed === 'number' && otherSeed ? { seed: (seed % LARGEST_SEED) + 1 } : {}),
  };
}
