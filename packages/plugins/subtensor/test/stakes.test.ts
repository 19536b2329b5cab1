import { describe, expect, it } from 'vitest';
import type { Plain, State } from '../src/connection/state.ts';
import { ProvenStakes, reckonStakes } from '../src/reads/stakes.ts';
import { readRecording } from './support/recording.ts';
import { startReplay } from './support/replay.ts';
import { connectTo, KEYS } from './support/scenario.ts';

const TAO = 10 ** 9;
/** Half of 2^64-1, rounded down. */
const HALF = '0x7fffffffffffffff';
const NETUID = 19;

/** A chain's storage: values by item and keys, and what is there where nothing was stored. */
function storage(
  values: Readonly<Record<string, Plain>>,
  options: { readonly specVersion?: number; readonly without?: string } = {},
): State {
  const empty = (item: string): Plain => (item.endsWith('Keys') ? [] : 0);
  const read = (item: string, keys: readonly unknown[]) => values[[item, ...keys].join(' ')] ?? empty(item);
  const state: Pick<State, 'specVersion' | 'has' | 'get' | 'many'> = {
    specVersion: options.specVersion ?? 293,
    has: (item) => item !== options.without,
    get: async (item, ...keys) => read(item, keys),
    many: async (item, keys) => keys.map((key) => read(item, key)),
  };
  return state as State;
}

describe('stakes reckoned from storage', () => {
  it('are alpha, and TAO at the root by its weight', async () => {
    const state = storage({
      'totalHotkeyAlpha a 19': 3 * TAO,
      'totalHotkeyAlpha a 0': 10 * TAO,
      'totalHotkeyAlpha b 19': 7,
      taoWeight: HALF,
    });
    expect(await reckonStakes(state, NETUID, ['a', 'b'])).toEqual({ stakes: [7_999_999_997n, 7n], parts: 'root' });
  });

  it('go to child keys and come from parents, in the subnet or not', async () => {
    const state = storage({
      'totalHotkeyAlpha a 19': 100 * TAO,
      'totalHotkeyAlpha away 19': 8 * TAO,
      'childKeys a 19': [[HALF, 'b']],
      'parentKeys b 19': [
        [HALF, 'a'],
        [HALF, 'away'],
      ],
    });
    expect(await reckonStakes(state, NETUID, ['a', 'b'])).toEqual({ stakes: [50_000_000_023n, 53_999_999_974n], parts: 'family' });
  });

  it('never fall below nothing', async () => {
    const state = storage({
      'totalHotkeyAlpha a 19': 100,
      'childKeys a 19': [
        ['0xffffffffffffffff', 'b'],
        [HALF, 'c'],
      ],
    });
    expect((await reckonStakes(state, NETUID, ['a']))?.stakes).toEqual([0n]);
  });

  it('are not to be had where the runtime keeps something else', async () => {
    expect(await reckonStakes(storage({}, { without: 'taoWeight' }), NETUID, ['a'])).toBeUndefined();
  });
});

describe('proven stakes', () => {
  const simple = { 'totalHotkeyAlpha a 19': 5 };
  const withRoot = { ...simple, 'totalHotkeyAlpha a 0': 100, taoWeight: HALF };

  /** Reads with a chain that answers `own`; says what came and how often the chain was asked. */
  function reader() {
    const proven = new ProvenStakes();
    let asked = 0;
    const read = async (state: State, own: Plain) => {
      const ask = async () => {
        asked++;
        return own;
      };
      return { stakes: await proven.read({ state, netuid: NETUID, hotkeys: ['a'] }, ask), asked };
    };
    return read;
  }

  it('come from the chain once, then from storage', async () => {
    const read = reader();
    expect(await read(storage(simple), [5])).toEqual({ stakes: [5], asked: 1 });
    expect(await read(storage({ 'totalHotkeyAlpha a 19': 6 }), [])).toEqual({ stakes: ['6'], asked: 1 });
  });

  it('are proven again for a new runtime and for parts that were not there before', async () => {
    const read = reader();
    await read(storage(simple), [5]);
    expect(await read(storage(withRoot), [54])).toEqual({ stakes: [54], asked: 2 });
    expect(await read(storage(simple, { specVersion: 294 }), [5])).toEqual({ stakes: [5], asked: 3 });
    expect((await read(storage(withRoot), [])).asked).toBe(3);
  });

  it.each([
    ['other stakes', [4]],
    ['stakes of fewer', []],
  ])('stay with a chain that names %s', async (_which, own) => {
    const read = reader();
    expect(await read(storage(simple), own)).toEqual({ stakes: own, asked: 1 });
    expect(await read(storage(simple), own)).toEqual({ stakes: own, asked: 2 });
  });

  it('stay with the chain where storage does not tell', async () => {
    const read = reader();
    for (const asked of [1, 2]) expect(await read(storage(simple, { without: 'childKeys' }), [7])).toEqual({ stakes: [7], asked });
  });
});

it.each([
  ['runtime-143', 1_000_000_000_000n],
  ['runtime-293', 514_607_250_391n],
])('%s, recorded, shows the stake that was added, in rao', async (name, rao) => {
  const recording = readRecording(name);
  await using node = await startReplay(recording);
  await using chain = await connectTo(node.url, recording.netuid);
  const { neurons } = await chain.metagraph();
  const validator = neurons.find(({ hotkey }) => hotkey === KEYS.validator.address);
  expect(validator?.stakeRao).toBe(rao);
});
