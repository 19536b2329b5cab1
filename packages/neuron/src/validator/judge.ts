import type {
  AnySynapse,
  JudgeContext,
  Log,
  Random,
  RequestInput,
  RequestOf,
  ResponseOf,
  Reward,
  RewardModel,
  RewardModelDefinition,
  Round,
} from '@vision-sdk/core';
import type { Dispatcher } from '../host/dispatcher-types.ts';
import type { Filters } from '../host/filters.ts';
import { fail } from './errors.ts';
import type { Ask } from './operations.ts';
import { untilAborted } from './until-aborted.ts';

/** What judging takes. */
export interface JudgeOptions {
  /** Reward models by id. */
  readonly rewards: ReadonlyMap<string, RewardModelDefinition>;
  /** Id by synapse name; `*` is for the others. */
  readonly chosen: Readonly<Record<string, string>>;
  /** Runs references and follow-ups on this machine. */
  readonly dispatcher: Pick<Dispatcher, 'run'>;
  /** Filters that a miner's answer went through; the reference goes through the same. */
  readonly filters: Pick<Filters, 'apply'>;
  readonly ask: Ask;
  readonly auditRate: number;
  readonly random: Random;
  readonly log: Log;
  /** How long one round may be judged. */
  readonly timeoutMs: number;
}

/** Judges rounds with the configured reward models. */
export interface Judge extends AsyncDisposable {
  /** One reward for each answer. Throws what the reward model throws, `VISION_VALIDATOR_JUDGE_TIMEOUT`, `_REWARD_INVALID`, or the signal's reason. */
  judge(round: Round, signal: AbortSignal): Promise<readonly Reward[]>;
}

/** Checks the choice of reward models for these operations and returns a judge. Throws `VISION_VALIDATOR_REWARD_UNKNOWN` and `_REWARD_MISSING`. */
export function createJudge(options: JudgeOptions, synapses: Iterable<AnySynapse>): Judge {
  for (const synapse of synapses) definitionFor(synapse, options);
  const models = new Map<string, Promise<RewardModel>>();
  return {
    judge: async (round, signal) => {
      const definition = definitionFor(round.synapse, options);
      const model = await modelOf(definition, models, options.log);
      return checkRewards(definition.id, round, await withDeadline(model, round, { ...options, id: definition.id, signal }));
    },
    [Symbol.asyncDispose]: async () => {
      for (const model of await Promise.allSettled(models.values())) {
        if (model.status === 'fulfilled') await model.value[Symbol.asyncDispose]();
      }
    },
  };
}

function definitionFor({ name }: AnySynapse, { rewards, chosen }: JudgeOptions): RewardModelDefinition {
  const id = chosen[name] ?? chosen['*'];
  if (id === undefined) throw fail('REWARD_MISSING', { synapse: name });
  const definition = rewards.get(id);
  const judges = definition?.judges === '*' || definition?.judges.includes(name) === true;
  if (definition === undefined || !judges) {
    const known = [...rewards.values()].filter(({ judges: names }) => names === '*' || names.includes(name)).map((model) => model.id);
    throw fail('REWARD_UNKNOWN', { reward: id, synapse: name, known });
  }
  return definition;
}

/** One model for all rounds; one whose creation failed is created anew next time. */
async function modelOf(definition: RewardModelDefinition, models: Map<string, Promise<RewardModel>>, log: Log): Promise<RewardModel> {
  const existing = models.get(definition.id);
  if (existing !== undefined) return existing;
  const created = (async () => definition.create({ log }))();
  models.set(definition.id, created);
  return created.catch((error: unknown) => {
    models.delete(definition.id);
    throw error;
  });
}

type Trial = JudgeOptions & { readonly id: string; readonly signal: AbortSignal };

/** Ends with the deadline even when the model does not listen to its signal. */
async function withDeadline(model: RewardModel, round: Round, trial: Trial): Promise<readonly Reward[]> {
  const deadline = new AbortController();
  const signal = AbortSignal.any([trial.signal, deadline.signal]);
  const timer = setTimeout(() => {
    deadline.abort(fail('JUDGE_TIMEOUT', { reward: trial.id, seconds: trial.timeoutMs / 1000 }));
  }, trial.timeoutMs);
  try {
    return await untilAborted(model.judge(round, judgeContext(round, trial, signal)), signal);
  } finally {
    clearTimeout(timer);
    deadline.abort();
  }
}

function judgeContext(round: Round, trial: Trial, signal: AbortSignal): JudgeContext {
  let reference: Promise<ResponseOf<AnySynapse>> | undefined;
  const { dispatcher, ask, auditRate, random, log } = trial;
  return {
    reference: () => {
      reference ??= generate(round, trial, signal);
      return reference;
    },
    call: (synapse, request) => dispatcher.run(synapse, request, { signal }),
    ask: (neuron, synapse, request) => ask(neuron, synapse, request, { signal }),
    auditRate,
    random,
    signal,
    log,
  };
}

async function generate(
  { synapse, request }: Round,
  { dispatcher, filters, log }: Trial,
  signal: AbortSignal,
): Promise<ResponseOf<AnySynapse>> {
  const call = <T extends AnySynapse>(wanted: T, input: RequestInput<T>): Promise<ResponseOf<T>> =>
    dispatcher.run(wanted, input, { signal });
  const response = await dispatcher.run(synapse, request, { signal });
  return filters.apply(synapse, { request: request as RequestOf<AnySynapse>, response }, { call, signal, log });
}

function checkRewards(reward: string, { answers }: Round, rewards: readonly Reward[]): readonly Reward[] {
  const missing = new Set(answers.map(({ neuron }) => neuron.hotkey));
  for (const { hotkey, value, accepted } of rewards) {
    if (!missing.delete(hotkey))
      throw fail('REWARD_INVALID', { reward, reason: `it rewards ${hotkey}, which has no answer or was rewarded before` });
    if (!Number.isFinite(value) || value < 0) throw fail('REWARD_INVALID', { reward, reason: `it gives ${hotkey} a reward of ${value}` });
    if (accepted !== undefined && typeof accepted !== 'boolean')
      throw fail('REWARD_INVALID', { reward, reason: `it says neither true nor false of whether the answer of ${hotkey} is accepted` });
  }
  const [left] = missing;
  if (left !== undefined) throw fail('REWARD_INVALID', { reward, reason: `it gives ${left} no reward` });
  return rewards;
}
