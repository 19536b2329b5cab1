import type { SchedulerBehaviour } from './behaviour.ts';
import type { NoiseTables } from './betas.ts';
import { flag, type Option, oneOf, only } from './options.ts';
import { exponentialSigmas, interpolate, karrasSigmas, logTable, powerSpaced, sigmaTable, timestepOfSigma } from './sigmas.ts';
import { roundHalfToEven, type SpacingConfig, solverTimesteps } from './spacing.ts';

/** The last sigma: as the config says, or as the diffusers version does where it says nothing. */
export type FinalSigma = 'zero' | 'sigma_min';

const finalSigma: Option<FinalSigma | null> = {
  initial: null,
  allowed: 'zero, sigma_min',
  accepts: (value) => value === 'zero' || value === 'sigma_min',
};

/** Options of the noise levels that the multistep solvers share. */
export const SOLVER_OPTIONS = {
  use_karras_sigmas: flag(false),
  use_exponential_sigmas: flag(false),
  use_beta_sigmas: only(false),
  use_flow_sigmas: only(false),
  use_dynamic_shifting: only(false),
  flow_shift: only(1, null),
  time_shift_type: only('exponential'),
  shift_terminal: only(null),
  final_sigmas_type: finalSigma,
  lower_order_final: flag(true),
  prediction_type: oneOf('epsilon', 'sample', 'v_prediction'),
} as const;

/** What the noise levels of a multistep solver are made of. */
export interface SolverConfig extends SpacingConfig {
  readonly use_karras_sigmas: boolean;
  readonly use_exponential_sigmas: boolean;
  readonly use_lu_lambdas?: boolean;
  readonly lambda_min_clipped?: number;
  readonly final_sigmas_type: FinalSigma | null;
  readonly beta_schedule: string;
  /** Karras timesteps keep their fraction until they are cut, where diffusers does not round them. */
  readonly cutsCosineTimesteps?: boolean;
}

/** Timesteps and noise levels of a run. */
export interface SolverSchedule {
  readonly timesteps: readonly number[];
  readonly sigmas: Float32Array;
  readonly final: FinalSigma;
}

/** Plans the noise levels of DPM++ and UniPC. */
export function solverSchedule(
  config: SolverConfig,
  behaviour: SchedulerBehaviour,
  { tables, count }: { readonly tables: NoiseTables; readonly count: number },
): SolverSchedule {
  const table = sigmaTable(tables.alphasCumprod);
  const even = solverTimesteps(config, count, lastTimestep(config, tables));
  const spaced = respacedSigmas(config, table, count);
  const final = config.final_sigmas_type ?? behaviour.finalSigma;
  const sigmas = Float32Array.from([...(spaced ?? interpolate(table, even)), final === 'zero' ? 0 : table[0]!]);
  return { timesteps: spaced === undefined ? even : spacedTimesteps(config, spaced, logTable(table)), sigmas, final };
}

function respacedSigmas(config: SolverConfig, table: Float32Array, count: number): readonly number[] | undefined {
  const [min, max] = [table[0]!, table.at(-1)!];
  if (config.use_karras_sigmas) return karrasSigmas(min, max, count);
  if (config.use_lu_lambdas) {
    const logs = logTable(table);
    return powerSpaced(logs[0]!, logs.at(-1)!, { count, rho: 1 }).map(Math.exp);
  }
  return config.use_exponential_sigmas ? exponentialSigmas(min, max, count) : undefined;
}

function spacedTimesteps(config: SolverConfig, sigmas: readonly number[], logs: Float32Array): number[] {
  const cut = config.use_exponential_sigmas || (config.cutsCosineTimesteps && config.beta_schedule === 'squaredcos_cap_v2');
  return sigmas.map((sigma) => timestepOfSigma(sigma, logs)).map(cut ? Math.trunc : roundHalfToEven);
}

/** DPM leaves out timesteps whose signal is too weak: those with a lambda below the clip. */
function lastTimestep({ lambda_min_clipped: least, num_train_timesteps: training }: SolverConfig, { alphasCumprod }: NoiseTables): number {
  if (least === undefined || least === Number.NEGATIVE_INFINITY) return training;
  const weak = alphasCumprod.findLastIndex((left) => lambdaOf(left) >= least);
  return weak + 1;
}

function lambdaOf(left: number): number {
  const { fround, log, sqrt } = Math;
  return fround(fround(log(fround(sqrt(left)))) - fround(log(fround(sqrt(fround(1 - left))))));
}
