import type { Hotkey, Neuron } from './chain.ts';
import type { Log } from './log.ts';
import type { Random } from './random.ts';
import type { AnySynapse, RequestInput, RequestOf, ResponseOf } from './synapse.ts';

/** Why an answer has no response. */
export type Failure = 'unreachable' | 'timeout' | 'busy' | 'refused' | 'invalid' | 'withheld' | 'error';

/** What came of asking a miner. A failing miner is a value, never an exception. */
export type Outcome<Response> =
  | { readonly ok: true; readonly response: Response }
  | { readonly ok: false; readonly failure: Failure; readonly detail: string };

/** One miner's answer to a request. */
export interface Answer<S extends AnySynapse = AnySynapse> {
  readonly neuron: Neuron;
  readonly outcome: Outcome<ResponseOf<S>>;
  /** From sending to the last byte, measured by the validator. */
  readonly latencyMs: number;
}

/** Organic requests were bought by a user, synthetic ones were made up to keep scoring. */
export type Origin = 'organic' | 'synthetic';

/** The same request answered by several miners. The first answer is the primary one. */
export interface Round<S extends AnySynapse = AnySynapse> {
  readonly synapse: S;
  readonly request: RequestOf<S>;
  readonly origin: Origin;
  readonly answers: readonly Answer<S>[];
}

/** What one miner earns in one round. */
export interface Reward {
  readonly hotkey: Hotkey;
  /** 0 or more; 1 is a right answer at par. */
  readonly value: number;
  /** Whether the answer is what was asked for, whatever it earns; left out: the model does not say. Users who ask for a verified answer never get one that is not. */
  readonly accepted?: boolean;
  /** One sentence for the scoreboard and the log. */
  readonly reason: string;
}

/** What a reward model may use besides the round. */
export interface JudgeContext<S extends AnySynapse = AnySynapse> {
  /** The validator's own generation for this request, made at most once a round. */
  reference(): Promise<ResponseOf<S>>;
  /** Runs a pipeline of this validator, such as CLIP. */
  call<T extends AnySynapse>(synapse: T, request: RequestInput<T>): Promise<ResponseOf<T>>;
  /** Asks a miner a follow-up question. */
  ask<T extends AnySynapse>(neuron: Neuron, synapse: T, request: RequestInput<T>): Promise<Answer<T>>;
  /** Chance, 0 to 1, to check answers that agree against the reference: the validator's `auditRate`. */
  readonly auditRate: number;
  /** Not to be foretold by miners. */
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** Decides what the answers of a round are worth. Holds no models and imports no plugin; takes nothing on a miner's word. */
export interface RewardModel<S extends AnySynapse = AnySynapse> extends AsyncDisposable {
  /** One reward for each answer of the round. */
  judge(round: Round<S>, context: JudgeContext<S>): Promise<readonly Reward[]>;
}

/** A reward model as a plugin contributes it. */
export interface RewardModelDefinition {
  /** kebab-case, named by `rewards` in the config. */
  readonly id: string;
  /** Names of the synapses it can judge, or `'*'`. */
  readonly judges: readonly string[] | '*';
  create(context: { readonly log: Log }): Promise<RewardModel> | RewardModel;
}
