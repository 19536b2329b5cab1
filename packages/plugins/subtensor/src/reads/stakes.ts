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

/** Reckons stakes once the chain itself came to the same ones, for this runtime and these parts of the formula. */
export class ProvenStakes {
  readonly #proven = new Map<string, boolean>();

  /** `ask` gives the chain's own answer, which counts until then and wherever it is another. */
  async read(
    subnet: { readonly state: State; readonly netuid: number; readonly hotkeys: readonly string[] },
    ask: () => Promise<Plain>,
  ): Promise<Plain> {
    const { state, netuid, hotkeys } = subnet;
    const version = `${state.specVersion} `;
    // Asked at once where its answer is needed in any case.
    const asked = [...this.#proven.keys()].some((key) => key.startsWith(version)) ? undefined : ask();
    asked?.catch(() => undefined);
    const reckoned = await reckonStakes(state, netuid, hotkeys);
    const key = `${version}${reckoned?.parts}`;
    if (reckoned !== undefined && this.#proven.get(key) === true) return reckoned.stakes.map(String);
    const answer = await (asked ?? ask());
    const stakes = toList(answer).map(toBigInt);
    this.#proven.set(key, reckoned?.stakes.length === stakes.length && reckoned.stakes.every((stake, uid) => stake === stakes[uid]));
    return answer;
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
