import type { Answer, AnySynapse, Neuron, Outcome, Random, Reward } from '@vision-sdk/core';
import type { Clock } from './clock.ts';
import { fail } from './errors.ts';
import type { Observer } from './events.ts';
import type { JudgingQueue } from './judging-queue.ts';
import type { Ask } from './operations.ts';
import { periodOf, RequestLedger } from './periods.ts';
import type { Quiet } from './quiet.ts';
import { type PlayedRound, playRound, type Query } from './round.ts';
import { queryOrder, strangersFirst } from './selector.ts';
import { candidatesFor, type SubnetView } from './subnet.ts';
import type { Task } from './task.ts';
import { untilAborted } from './until-aborted.ts';

/** Miners that may be tried for one answer. */
const TRIES = 3;

/** What playing rounds takes. */
export interface RoundsOptions {
  readonly view: () => SubnetView | undefined;
  readonly ask: Ask;
  readonly judging: Pick<JudgingQueue, 'add'>;
  readonly quiet: Quiet;
  readonly clock: Clock;
  readonly random: Random;
  readonly emit: Observer;
  readonly rivals: number;
  readonly organicRoundRate: number;
  readonly periodMs: number;
  /** Ends all requests. */
  readonly signal: AbortSignal;
}

/** A round that is judged; `verdict` is undefined when it could not be. */
interface ScoredRound<S extends AnySynapse> extends PlayedRound<S> {
  readonly verdict: Promise<readonly Reward[] | undefined>;
}

/** Sends tasks to miners: chooses them, asks them, hands settled rounds to the judge. */
export class Rounds {
  readonly #options: RoundsOptions;
  readonly #ledger = new RequestLedger();

  constructor(options: RoundsOptions) {
    this.#options = options;
  }

  /** Miners that could be asked now. */
  candidates(synapse: AnySynapse): readonly Neuron[] {
    const view = this.#options.view();
    return view === undefined ? [] : candidatesFor(view, synapse);
  }

  /** Plays a scored round and resolves when its answers are in. */
  async synthetic(task: Task): Promise<void> {
    await this.#round(task, this.#order(task)).settled;
  }

  /**
   * The answer for a user: of one miner, or (as often as `organicRoundRate` says) of the first one in a scored round.
   * `signal` ends a request that nobody waits for; a round goes on. Throws `VISION_VALIDATOR_NO_MINERS`.
   */
  async organic<S extends AnySynapse>(task: Task<S>, signal: AbortSignal): Promise<Answer<S>> {
    const { random, organicRoundRate } = this.#options;
    const order = this.#order(task);
    const played = random() < organicRoundRate ? this.#round(task, order) : this.#single(task, order, signal);
    return this.#told(task, await played.primary);
  }

  /**
   * For a user who would rather wait than get a wrong answer: plays a scored round, waits for its verdict and gives the answer that was valued most of those
   * not found to be wrong. The round goes on when `signal` aborts. Throws `VISION_VALIDATOR_NO_MINERS`, `_NOT_VERIFIED` when the answers could not be judged or
   * all are wrong, or the signal's reason.
   */
  async verified<S extends AnySynapse>(task: Task<S>, signal: AbortSignal): Promise<Answer<S>> {
    const played = this.#round(task, this.#order(task));
    const [{ answers }, rewards] = await untilAborted(Promise.all([played.settled, played.verdict]), signal);
    const best = rewards === undefined ? undefined : mostValued(answers, rewards);
    if (best === undefined && answers.some(({ outcome }) => outcome.ok || isWithheld(outcome))) {
      throw fail('NOT_VERIFIED', { synapse: task.synapse.name, judged: rewards !== undefined });
    }
    return this.#told(task, best ?? (await played.primary));
  }

  #told<S extends AnySynapse>(task: Task<S>, answer: Answer<S>): Answer<S> {
    const outcome = answer.outcome.ok ? 'ok' : answer.outcome.failure;
    const { latencyMs, neuron } = answer;
    this.#options.emit({ kind: 'organic-answered', id: task.id, synapse: task.synapse.name, hotkey: neuron.hotkey, outcome, latencyMs });
    return answer;
  }

  #order({ synapse, origin }: Task): readonly [Neuron, ...Neuron[]] {
    const { view, random } = this.#options;
    const [first, ...others] = strangersFirst(
      queryOrder({
        origin,
        candidates: this.candidates(synapse),
        counts: this.#ledger.counts(this.#period()),
        lowIncentive: view()?.lowIncentive ?? new Set(),
        random,
      }),
    );
    if (first === undefined) throw fail('NO_MINERS', { synapse: synapse.name });
    return [first, ...others];
  }

  #round<S extends AnySynapse>(task: Task<S>, order: readonly [Neuron, ...Neuron[]]): ScoredRound<S> {
    const { clock, quiet, judging, rivals, signal } = this.#options;
    const openedAtMs = clock.now();
    const played = playRound(task, order, this.#playing(rivals, signal));
    const settled = quiet.measure(() => played.settled);
    const verdict = settled.then((round) => (signal.aborted ? undefined : judging.add(task.id, openedAtMs, round)));
    return { primary: played.primary, settled, verdict };
  }

  #single<S extends AnySynapse>(task: Task<S>, order: readonly [Neuron, ...Neuron[]], signal: AbortSignal): PlayedRound<S> {
    return playRound(task, order, this.#playing(0, AbortSignal.any([signal, this.#options.signal])));
  }

  #playing(rivals: number, signal: AbortSignal) {
    return { rivals, tries: TRIES, query: this.#query, signal, now: () => performance.now() };
  }

  readonly #query: Query = (neuron, { synapse, request, origin }, signal) => {
    this.#ledger.add(this.#period(), origin, neuron.hotkey);
    return this.#options.ask(neuron, synapse, request, { signal });
  };

  #period(): number {
    return periodOf(this.#options.clock.now(), this.#options.periodMs);
  }
}

/** Of the good answers that are not known to be wrong the one with the highest reward, the earlier of equal ones; where there is none, of those withheld. */
function mostValued<S extends AnySynapse>(answers: readonly Answer<S>[], rewards: readonly Reward[]): Answer<S> | undefined {
  const judged = new Map(rewards.map((reward) => [reward.hotkey, reward]));
  const rewardOf = ({ neuron }: Answer<S>) => judged.get(neuron.hotkey);
  const worthOf = (answer: Answer<S>) => rewardOf(answer)?.value ?? 0;
  const possible = answers.filter((answer) => rewardOf(answer)?.accepted !== false).toSorted((a, b) => worthOf(b) - worthOf(a));
  return possible.find(({ outcome }) => outcome.ok) ?? possible.find(({ outcome }) => isWithheld(outcome));
}

function isWithheld(outcome: Outcome<unknown>): boolean {
  return !outcome.ok && outcome.failure === 'withheld';
}
