import type { Hyperparameters } from '@vision-sdk/core';
import { type State, toBigInt, toNumber } from '../connection/state.ts';

const U16_MAX = 65_535;

/** Reads what weights depend on. Newer runtimes have no limit on one weight any more: 1. */
export async function readHyperparameters(state: State, netuid: number): Promise<Hyperparameters> {
  const [tempo, weightsRateLimit, weightsVersionKey, minAllowedWeights, maxWeight, commitReveal] = await Promise.all([
    state.get('tempo', netuid),
    state.get('weightsSetRateLimit', netuid),
    state.get('weightsVersionKey', netuid),
    state.get('minAllowedWeights', netuid),
    state.getOr(U16_MAX, 'maxWeightsLimit', netuid),
    state.getOr(false, 'commitRevealWeightsEnabled', netuid),
  ]);
  return {
    tempo: toNumber(tempo),
    weightsRateLimit: toNumber(weightsRateLimit),
    weightsVersionKey: toNumber(weightsVersionKey),
    minAllowedWeights: toNumber(minAllowedWeights),
    maxWeight: toNumber(maxWeight) / U16_MAX,
    commitReveal: commitReveal === true,
  };
}

/** Reads what registering burns at this moment, in rao. */
export async function readBurn(state: State, netuid: number): Promise<bigint> {
  return toBigInt(await state.get('burn', netuid));
}
