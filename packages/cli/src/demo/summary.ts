/** What a miner of the demo is up to. Only the demo knows: the validator is not told. */
export type Kind = Honest | 'flaky' | Cheat;

/** They run what they are asked for, each time. */
type Honest = 'fast' | 'slow' | 'newcomer';

/** They sell something else than what was asked for. */
export const CHEATS = ['cheater', 'few-steps', 'other-seed'] as const;
type Cheat = (typeof CHEATS)[number];

/** How one miner did. */
export interface MinerResult {
  readonly uid: number;
  readonly kind: Kind;
  /** Judged rounds it took part in. */
  readonly rounds: number;
  readonly meanReward: number;
  /** Share of the validator's last weights, 0 to 1. */
  readonly weight: number;
  /** What consensus made of it, 0 to 1. */
  readonly incentive: number;
}

/** demo-output/summary.json. */
export interface Summary {
  readonly miners: readonly MinerResult[];
  readonly image: { readonly path: string; readonly width: number; readonly height: number; readonly psnrVsBicubicDb: number };
  readonly rounds: number;
  readonly seconds: number;
}

const LEAST_ROUNDS = 2;
const KINDS: readonly Kind[] = ['fast', 'slow', 'flaky', ...CHEATS, 'newcomer'];
const MEASURES = ['meanReward', 'weight', 'incentive'] as const;
type Measure = (typeof MEASURES)[number];

/** Everything that is not as it should be on a subnet that works; empty when all is well. */
export function findingsOf({ miners, image }: Summary): readonly string[] {
  const byKind = new Map(miners.map((miner) => [miner.kind, miner]));
  const missing = KINDS.filter((kind) => !byKind.has(kind));
  if (missing.length > 0) return [`missing from the metagraph: ${missing.join(', ')}`];
  return [
    ...miners.flatMap((miner) => (miner.rounds < LEAST_ROUNDS ? [`the ${miner.kind} miner played ${miner.rounds} rounds only`] : [])),
    ...(miners.every(({ incentive }) => incentive === 0) ? ['consensus gave no incentive to anybody'] : []),
    ...MEASURES.flatMap((measure) => orderFindings(measure, (kind) => byKind.get(kind)?.[measure] ?? 0)),
    ...(image.psnrVsBicubicDb > 0 ? [] : [`the picture is no better than bicubic (${image.psnrVsBicubicDb.toFixed(2)} dB)`]),
  ];
}

function orderFindings(measure: Measure, of: (kind: Kind) => number): readonly string[] {
  const figures = (...kinds: Kind[]) => `${measure}: ${kinds.map((kind) => `${kind} ${of(kind).toFixed(3)}`).join(', ')}`;
  const cheats = CHEATS.filter((kind) => of(kind) >= of('slow') / 2);
  return [
    ...(of('fast') > of('slow') ? [] : [`the fast honest miner is not above the slow one (${figures('fast', 'slow')})`]),
    ...cheats.map((kind) => `the ${kind} miner is not below half of the slow honest one (${figures('slow', kind)})`),
  ];
}
