import type { Chain } from '@vision-sdk/core';
import type { NeuronMessage, ScoreMessage, VerdictMessage } from '../neuron-messages.ts';
import type { Operation, Standing } from './scoreboard-view.ts';
import type { Kind, MinerResult } from './summary.ts';

/** Knows who is who, listens to the validator and looks at the chain. Nobody asks it anything: it only watches. */
export class Spectator {
  readonly #kinds: ReadonlyMap<string, Kind>;
  readonly #chain: Chain;
  readonly #startedAt = performance.now();
  readonly #rewards: { readonly hotkey: string; readonly operation: Operation; readonly value: number }[] = [];
  #scores: ScoreMessage = { vision: 'scoreboard', judged: 0, rows: [] };

  /** `kinds` is by hotkey. */
  constructor(kinds: ReadonlyMap<string, Kind>, chain: Chain) {
    this.#kinds = kinds;
    this.#chain = chain;
  }

  /** What the demo is doing right now. */
  phase = 'starting';

  /** Takes what the validator says. */
  readonly listen = (message: NeuronMessage): void => {
    if (message.vision === 'scoreboard') this.#scores = message;
    if (message.vision === 'verdict') this.#note(message);
  };

  get seconds(): number {
    return (performance.now() - this.#startedAt) / 1000;
  }

  get judged(): number {
    return this.#scores.judged;
  }

  get weightsBlock(): number | undefined {
    return this.#scores.weightsBlock;
  }

  /** Fewest judged rounds of any of the miners of some kinds. */
  fewestRounds(kinds: readonly Kind[]): number {
    const hotkeys = [...this.#kinds].filter(([, kind]) => kinds.includes(kind)).map(([hotkey]) => hotkey);
    return Math.min(...hotkeys.map((hotkey) => this.#scores.rows.find((row) => row.hotkey === hotkey)?.rounds ?? 0));
  }

  /** What is known now: rounds, rewards and weights from the validator, incentives from the chain. */
  async standing(): Promise<Standing> {
    const { block, neurons } = await this.#chain.metagraph();
    const scores = new Map(this.#scores.rows.map((row) => [row.hotkey, row]));
    const known = neurons.flatMap(({ uid, hotkey, incentive }): { readonly hotkey: string; readonly miner: MinerResult }[] => {
      const kind = this.#kinds.get(hotkey);
      const { rounds = 0, meanReward = 0, weight = 0 } = scores.get(hotkey) ?? {};
      return kind === undefined ? [] : [{ hotkey, miner: { uid, kind, rounds, meanReward, weight, incentive } }];
    });
    return {
      miners: known.map(({ miner }) => miner),
      rewards: new Map(known.map(({ hotkey, miner }) => [miner.uid, this.#means(hotkey)])),
      rounds: this.judged,
      block: block.number,
      seconds: this.seconds,
      phase: this.phase,
    };
  }

  /** Number of the current block and of the next one at whose end consensus runs. */
  async blocks(): Promise<{ readonly now: number; readonly nextEpoch: number }> {
    const { block, nextEpochBlock } = await this.#chain.metagraph();
    return { now: block.number, nextEpoch: nextEpochBlock };
  }

  #note({ synapse, rewards }: VerdictMessage): void {
    const operation: Operation = synapse === 'Upscale' || synapse === 'TextToImage' ? synapse : 'others';
    for (const { hotkey, value } of rewards) this.#rewards.push({ hotkey, operation, value });
  }

  #means(hotkey: string): ReadonlyMap<Operation, number> {
    const own = Map.groupBy(
      this.#rewards.filter((reward) => reward.hotkey === hotkey),
      ({ operation }) => operation,
    );
    return new Map(
      [...own].map(([operation, rewards]) => [operation, rewards.reduce((sum, { value }) => sum + value, 0) / rewards.length]),
    );
  }
}
