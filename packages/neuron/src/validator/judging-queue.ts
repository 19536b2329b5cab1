import { type AnySynapse, explain, type Log, type Reward, type Round, type ScoringStrategy, VisionError } from '@vision-sdk/core';
import type { Observer } from './events.ts';
import type { Judge } from './judge.ts';
import { periodOf } from './periods.ts';
import type { Quiet } from './quiet.ts';
import { readRound, writeRound } from './round-record.ts';
import type { OpenRound, Store } from './store.ts';

/** A round that was begun to be judged this often and never ended took the process down. */
const MAX_ATTEMPTS = 3;
/** More rounds than a slow judge can ever see are dropped. */
const MAX_WAITING = 64;
/** Rounds hold their pictures in memory, and miners say how large those are: 256 MiB of them wait at the most. */
const MAX_WAITING_BYTES = 256 * 2 ** 20;

/** What the queue works with. */
export interface JudgingOptions {
  readonly judge: Judge;
  readonly store: Store;
  readonly scoring: ScoringStrategy;
  readonly synapses: ReadonlyMap<string, AnySynapse>;
  readonly quiet: Quiet;
  readonly periodMs: number;
  readonly emit: Observer;
  readonly log: Log;
  /** Ends judging; rounds that are not judged stay open in the store. */
  readonly signal: AbortSignal;
  /** Bytes of the rounds that wait: 256 MiB. One round alone may be larger. */
  readonly maxWaitingBytes?: number;
}

/** Judges settled rounds one after the other, exactly once each, also across restarts. */
export class JudgingQueue {
  readonly #options: JudgingOptions;
  #tail: Promise<void> = Promise.resolve();
  #waiting = 0;
  #waitingBytes = 0;

  constructor(options: JudgingOptions) {
    this.#options = options;
  }

  /**
   * Keeps the round in the store and judges it when its turn comes. A round nobody answered is dropped as in Vision: the fault may be ours or the request's.
   * Resolves with the rewards, or undefined for a round that was dropped or could not be judged; never rejects.
   */
  async add(id: string, openedAtMs: number, round: Round): Promise<readonly Reward[] | undefined> {
    const { store, emit } = this.#options;
    const discarded = (reason: string) =>
      void emit({ kind: 'round-discarded', id, synapse: round.synapse.name, origin: round.origin, reason });
    if (!round.answers.some(({ outcome }) => outcome.ok || outcome.failure === 'withheld')) return discarded('nobody answered');
    if (this.#waiting >= MAX_WAITING) return discarded('too many rounds wait to be judged');
    const recorded = writeRound(round);
    if (!this.#fits(recorded)) return discarded('the rounds that wait to be judged are too large together');
    const kept = this.#stored(() => store.openRound(id, openedAtMs, recorded));
    return kept ? this.#enqueue(id, openedAtMs, { round, bytes: recorded.length }) : undefined;
  }

  /** Takes up the rounds that an earlier process left open. */
  resume(): void {
    for (const open of this.#options.store.openRounds()) this.#resumeOne(open);
  }

  /** Resolves when every round taken so far is judged. */
  idle(): Promise<void> {
    return this.#tail;
  }

  /** Pictures are base64, so that a record has as many bytes as letters. */
  #fits({ length }: string): boolean {
    const { maxWaitingBytes = MAX_WAITING_BYTES } = this.#options;
    return this.#waiting === 0 || this.#waitingBytes + length <= maxWaitingBytes;
  }

  #resumeOne({ id, openedAtMs, attempts, round }: OpenRound): void {
    const { store, synapses, log } = this.#options;
    const read = attempts < MAX_ATTEMPTS ? readRound(round, synapses) : undefined;
    if (read !== undefined) {
      void this.#enqueue(id, openedAtMs, { round: read, bytes: round.length });
      return;
    }
    store.discardRound(id);
    log.warn({ round: id, attempts }, 'Dropped an open round: judging it failed too often, or its operation is not configured any more.');
  }

  #enqueue(id: string, openedAtMs: number, { round, bytes }: { readonly round: Round; readonly bytes: number }) {
    this.#waiting++;
    this.#waitingBytes += bytes;
    const verdict = this.#tail.then(() => this.#judge(id, openedAtMs, round));
    this.#tail = verdict.then(() => {
      this.#waiting--;
      this.#waitingBytes -= bytes;
    });
    return verdict;
  }

  async #judge(id: string, openedAtMs: number, round: Round): Promise<readonly Reward[] | undefined> {
    const { judge, quiet, signal, store } = this.#options;
    await quiet.quiet();
    if (signal.aborted || !this.#stored(() => store.beginJudging(id))) return undefined;
    try {
      const rewards = await judge.judge(round, signal);
      this.#stored(() => this.#close(id, openedAtMs, { round, rewards }));
      return rewards;
    } catch (error) {
      if (!signal.aborted) this.#stored(() => this.#discard(id, round, error));
      return undefined;
    }
  }

  #close(id: string, openedAtMs: number, { round, rewards }: { readonly round: Round; readonly rewards: readonly Reward[] }): void {
    const { store, scoring, periodMs, emit } = this.#options;
    const { origin, synapse } = round;
    const counted = store.closeRound(id, periodOf(openedAtMs, periodMs), { origin, rewards, count: scoring.countOf(round) });
    if (counted) emit({ kind: 'round-judged', id, synapse: synapse.name, origin, rewards });
  }

  #discard(id: string, { synapse, origin }: Round, error: unknown): void {
    const { store, emit, log } = this.#options;
    store.discardRound(id);
    const reason = explain(error);
    log.error(
      { round: id, synapse: synapse.name, code: VisionError.is(error) ? error.code : undefined },
      `A round was discarded: ${reason}`,
    );
    emit({ kind: 'round-discarded', id, synapse: synapse.name, origin, reason });
  }

  /** Does something with the store. A full disk must not end the validator: the round stays as it is and the fault is logged. */
  #stored(work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      this.#options.log.error({ error: explain(error) }, 'The store could not be written; the round stays open.');
      return false;
    }
  }
}
