import { type Plain, type State, toBigInt, toList } from '../connection/state.ts';

const ROOT_NETUID = 0;
const U64_MAX = 2n ** 64n - 1n;
/** Bits after the point of the chain's fixed-point numbers. */
const FRACTION = 32n;
const ITEMS = ['totalHotkeyAlpha', 'parentKeys', 'childKeys', 'taoWeight'];

/** Whom a neuron shares stake with: shares of 2^64-1, by hotkey. */
type Shares = readonly (readonly [share: bigint, hotkey: string])[];

/** Stakes in rao by uid, and by which parts of the formula they came about. */
export interface Reckoned {
  readonly stakes: readonly bigint[];
  /** Such as `root family`; what a comparison without them cannot have tried. */
  readonly parts: string;
}

/**
 * A neuron's whole stake from what is stored, in pages, where asking the runtime means ten reads a neuron one after the other: its
 * alpha and, weighed, its TAO at the root, each less what it lends to child keys and with what its parents lend it, as subtensor does
 * since dynamic TAO. Undefined where the runtime stores something else.
 */
export async function reckonStakes(state: State, netuid: number, hotkeys: readonly string[]): Promise<Reckoned | undefined> {
  if (!ITEMS.every((item) => state.has(item))) return undefined;
  const here = hotkeys.map((hotkey) => [hotkey, netuid] as const);
  const [parents, children, weight] = await Promise.all([
    state.many('parentKeys', here),
    state.many('childKeys', here),
    state.get('taoWeight'),
  ]);
  const shares = { parents: parents.map(toShares), children: children.map(toShares) };
  const known = [...new Set([...hotkeys, ...shares.parents.flat().map(([, parent]) => parent)])];
  const [alpha, tao] = await Promise.all([netuid, ROOT_NETUID].map((at) => totals(state, known, at)));
  const taoWeight = toFraction(toBigInt(weight));
  const stakes = hotkeys.map((hotkey, uid) => {
    const family = { parents: shares.parents[uid] ?? [], children: shares.children[uid] ?? [] };
    const [ofAlpha, ofTao] = [alpha, tao].map((held) => inherited(hotkey, family, held ?? new Map()));
    return (((ofAlpha ?? 0n) << FRACTION) + (ofTao ?? 0n) * taoWeight) >> FRACTION;
  });
  const isUsed = {
    root: [...(tao?.values() ?? [])].some((held) => held > 0n),
    family: [parents, children].flat().some((list) => toList(list).length > 0),
  };
  return {
    stakes,
    parts: Object.entries(isUsed)
      .flatMap(([part, used]) => (used ? [part] : []))
      .join(' '),
  };
}

/** A subnet at one block. */
export interface SubnetAt {
  readonly state: State;
  readonly netuid: number;
  readonly hotkeys: readonly string[];
}

/**
 * Reckons stakes once the chain itself came to the same ones for every neuron, for this runtime and these parts of the formula. The
 * chain has no call that tells this number of single neurons: what is asked for is its answer for all of them.
 */
export class ProvenStakes {
  /** The parts that held, by runtime version; none where one did not. */
  readonly #proven = new Map<number, ReadonlySet<string>>();
  #trial: Promise<unknown> = Promise.resolve();

  /** False where the chain's own answer is needed in any case; a trial under way is waited for. */
  async has({ specVersion }: State): Promise<boolean> {
    await this.#trial;
    return (this.#proven.get(specVersion)?.size ?? 0) > 0;
  }

  /** Stakes by uid: reckoned, or what `ask` answers where parts of the formula are in use that were never proven. */
  async read(subnet: SubnetAt, ask: () => Promise<Plain>): Promise<Plain> {
    const reckoned = await reckonStakes(subnet.state, subnet.netuid, subnet.hotkeys);
    if (reckoned !== undefined && this.#proven.get(subnet.state.specVersion)?.has(reckoned.parts)) return reckoned.stakes.map(String);
    const answer = await ask();
    this.#compare(subnet.state, reckoned, answer);
    return answer;
  }

  /** Tries the formula on the chain's own answer, for which its reader need not wait; one that breaks off is made again. */
  try({ state, netuid, hotkeys }: SubnetAt, answer: Plain): void {
    if (this.#proven.has(state.specVersion)) return;
    this.#trial = reckonStakes(state, netuid, hotkeys)
      .then((reckoned) => this.#compare(state, reckoned, answer))
      .catch(() => undefined);
  }

  #compare({ specVersion }: State, reckoned: Reckoned | undefined, answer: Plain): void {
    const stakes = toList(answer).map(toBigInt);
    const isSame = reckoned?.stakes.length === stakes.length && reckoned.stakes.every((stake, uid) => stake === stakes[uid]);
    const proven = this.#proven.get(specVersion);
    // What differed once is not trusted again, whatever else was under way.
    if (isSame && proven?.size !== 0) this.#proven.set(specVersion, new Set([...(proven ?? []), reckoned.parts]));
    else this.#proven.set(specVersion, new Set());
  }
}

async function totals(state: State, hotkeys: readonly string[], netuid: number): Promise<ReadonlyMap<string, bigint>> {
  const held = await state.many(
    'totalHotkeyAlpha',
    hotkeys.map((hotkey) => [hotkey, netuid]),
  );
  return new Map(hotkeys.map((hotkey, index) => [hotkey, toBigInt(held[index])]));
}

function inherited(
  hotkey: string,
  { parents, children }: { readonly parents: Shares; readonly children: Shares },
  held: ReadonlyMap<string, bigint>,
) {
  const own = held.get(hotkey) ?? 0n;
  const lent = sum(children.map(([share]) => own * toFraction(share)));
  const borrowed = sum(parents.map(([share, parent]) => (held.get(parent) ?? 0n) * toFraction(share)));
  const left = (own << FRACTION) - lent;
  return ((left < 0n ? 0n : left) + borrowed) >> FRACTION;
}

/** A share of 2^64-1 as the chain's fixed-point number. */
function toFraction(share: bigint): bigint {
  return (share << FRACTION) / U64_MAX;
}

function toShares(list: Plain): Shares {
  return toList(list).map((pair) => [toBigInt(toList(pair)[0]), String(toList(pair)[1])]);
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n);
}
