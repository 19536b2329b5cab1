import { type Column, renderTable } from '../output/table.ts';
import type { Colours } from '../terminal.ts';
import { CHEATS, type MinerResult } from './summary.ts';

/** The operations that miners compete on from the start, and all others together. */
export type Operation = 'Upscale' | 'TextToImage' | 'others';

const OPERATIONS: readonly Operation[] = ['Upscale', 'TextToImage', 'others'];
const COLUMNS: readonly Column[] = [
  { title: 'uid', align: 'right' },
  { title: 'miner' },
  { title: 'rounds', align: 'right' },
  { title: 'upscale', align: 'right' },
  { title: 'text-to-image', align: 'right' },
  { title: 'others', align: 'right' },
  { title: 'mean reward', align: 'right' },
  { title: '' },
  { title: 'weight', align: 'right' },
  { title: 'incentive', align: 'right' },
];
const BAR_CELLS = 12;
const FULL_BAR = 1.25;
const NEVER = '·';

/** What the demo knows right now. */
export interface Standing {
  readonly miners: readonly MinerResult[];
  /** Mean reward by uid and operation, of those that a miner was judged for. */
  readonly rewards: ReadonlyMap<number, ReadonlyMap<Operation, number>>;
  readonly rounds: number;
  readonly block: number;
  readonly seconds: number;
  readonly phase: string;
}

/** The scoreboard as a table, best miner first, under a line that says what happens. */
export function renderScoreboard(standing: Standing, colours: Colours): string {
  const { rounds, block, seconds, phase } = standing;
  const head = `block ${block} · ${rounds} rounds judged · ${seconds.toFixed(0)} s · ${phase}`;
  return `${colours.dim(head)}\n\n${renderMiners(standing, colours)}\n`;
}

/** The table alone. */
export function renderMiners({ miners, rewards }: Pick<Standing, 'miners' | 'rewards'>, colours: Colours): string {
  const best = miners.toSorted((a, b) => b.meanReward - a.meanReward);
  return renderTable(
    COLUMNS,
    best.map((miner) => rowOf(miner, rewards.get(miner.uid), colours)),
  );
}

/** The same in one line, for logs and pipes. */
export function renderLine({ miners, rounds, block, seconds, phase }: Standing): string {
  const parts = miners.map(({ kind, meanReward, incentive }) => `${kind} ${meanReward.toFixed(2)}/${incentive.toFixed(3)}`);
  return `${seconds.toFixed(0).padStart(3)} s  block ${block}  ${rounds} rounds  ${parts.join('  ')}  ${phase}`;
}

function rowOf(
  { uid, kind, rounds, meanReward, weight, incentive }: MinerResult,
  rewards: ReadonlyMap<Operation, number> | undefined,
  colours: Colours,
): readonly string[] {
  const paint = CHEATS.some((cheat) => cheat === kind) ? colours.red : kind === 'flaky' ? colours.yellow : colours.green;
  const means = OPERATIONS.map((operation) => rewards?.get(operation)?.toFixed(2) ?? NEVER);
  const shares = [weight.toFixed(4), incentive.toFixed(4)];
  return [String(uid), paint(kind), String(rounds), ...means, meanReward.toFixed(3), paint(bar(meanReward)), ...shares];
}

function bar(reward: number): string {
  const cells = Math.round(Math.min(1, reward / FULL_BAR) * BAR_CELLS);
  return '█'.repeat(cells) + '░'.repeat(BAR_CELLS - cells);
}
