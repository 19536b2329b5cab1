import { describe, expect, it } from 'vitest';
import type { Plain, State } from '../src/connection/state.ts';
import { columnsByRuntime } from '../src/reads/metagraph-runtime.ts';
import { ProvenStakes } from '../src/reads/stakes.ts';
import { HALF, storage } from './support/storage.ts';

const NETUID = 19;
/** One more than are read in one call. */
const LARGE = 513;
const VECTORS = ['validator_permit', 'active', 'incentives', 'trust', 'dividends', 'last_update'];
const PLACES = ['hotkeys', 'coldkeys', 'axons'];
const STAKES = ['total_stake'];
const NAMES = ['netuid', ...VECTORS, ...PLACES, ...STAKES];

interface Runtime {
  readonly count?: number;
  readonly specVersion?: number;
  readonly without?: string;
  readonly lacks?: readonly string[];
  /** What the runtime says of the stakes. */
  readonly own: Plain;
  /** Stands before each look at who lends whom. */
  readonly gate?: () => Promise<void>;
}

/** Alpha of 1, 2, 3... by uid, as storage has it and as the runtime adds it up. */
const plain = { alpha: alphaOf((uid) => uid + 1), own: Array.from({ length: LARGE }, (_, uid) => uid + 1) };
/** The same, and TAO at the root under the last neuron's hotkey. */
const root = {
  alpha: { ...plain.alpha, [`totalHotkeyAlpha h${LARGE - 1} 0`]: 100, taoWeight: HALF },
  own: plain.own.map((stake, uid) => (uid === LARGE - 1 ? stake + 49 : stake)),
};

function alphaOf(amount: (uid: number) => number): Readonly<Record<string, Plain>> {
  return Object.fromEntries(Array.from({ length: LARGE }, (_, uid) => [`totalHotkeyAlpha h${uid} ${NETUID}`, amount(uid)]));
}

/** Reads blocks of a chain, one after the other; says which stakes came, the fields of each runtime call, and the looks at families. */
function reader() {
  const proven = new ProvenStakes();
  let families = 0;
  return async (values: Readonly<Record<string, Plain>>, runtime: Runtime) => {
    const { count = LARGE, lacks = [], own, gate } = runtime;
    const keys = Array.from({ length: count }, (_, uid) => [`keys ${NETUID} ${uid}`, `h${uid}`]);
    const stored = storage({ ...values, [`subnetworkN ${NETUID}`]: count, ...Object.fromEntries(keys) }, runtime);
    const calls: (readonly string[])[] = [];
    const state: Partial<State> = {
      ...stored,
      many: async (item, asked) => {
        if (item === 'parentKeys') {
          families++;
          await gate?.();
        }
        return stored.many(item, asked);
      },
      hasCall: (_api, method) => !lacks.includes(method),
      fieldsOf: () => NAMES,
      call: async (_api, _method, _netuid, wanted) => {
        const fields = (wanted as readonly number[] | undefined)?.map((index) => NAMES[index] ?? '') ?? NAMES;
        calls.push(fields);
        return fields.includes('total_stake') ? { totalStake: own } : {};
      },
    };
    const columns = await columnsByRuntime(state as State, { netuid: NETUID, mechanism: 0 }, proven);
    return { stakes: columns?.stakes, calls, families };
  };
}

const inFull = [[...VECTORS, ...STAKES]];
const reckoned = [VECTORS];

describe('stakes of a large subnet', () => {
  it('come from the runtime in the call that has the vectors, and from storage once that came to the same', async () => {
    const read = reader();
    expect(await read(plain.alpha, plain)).toMatchObject({ stakes: plain.own, calls: inFull });
    const later = alphaOf((uid) => 2 * uid);
    expect(await read(later, { own: [] })).toMatchObject({ stakes: plain.own.map((_, uid) => String(2 * uid)), calls: reckoned });
  });

  it('are tried again for a new runtime and for parts that were not there before', async () => {
    const read = reader();
    await read(plain.alpha, plain);
    expect(await read(root.alpha, root)).toMatchObject({ stakes: root.own, calls: [VECTORS, STAKES] });
    expect(await read(plain.alpha, { ...plain, specVersion: 294 })).toMatchObject({ stakes: plain.own, calls: inFull });
    expect((await read(root.alpha, root)).calls).toEqual(reckoned);
  });

  it.each([
    ['another stake of one neuron', plain.own.with(300, 7)],
    ['stakes of fewer', plain.own.slice(1)],
    ['none', null],
  ])('stay with a runtime that names %s, and are not reckoned again', async (_which, own) => {
    const read = reader();
    await read(plain.alpha, { own });
    expect(await read(plain.alpha, { own })).toMatchObject({ stakes: own, calls: inFull, families: 1 });
  });

  it('stay with a runtime that has another formula for what is new', async () => {
    const read = reader();
    await read(plain.alpha, plain);
    const own = root.own.with(-1, 0);
    expect(await read(root.alpha, { own })).toMatchObject({ stakes: own, calls: [VECTORS, STAKES] });
    expect((await read(plain.alpha, plain)).calls).toEqual(inFull);
  });

  it('stay with such a runtime though an older block, read meanwhile, agrees', async () => {
    const read = reader();
    await read(plain.alpha, plain);
    const gate = Promise.withResolvers<void>();
    const older = read(plain.alpha, { ...plain, gate: () => gate.promise });
    await read(root.alpha, { own: root.own.with(-1, 0) });
    gate.resolve();
    expect((await older).stakes).toEqual(plain.own);
    expect((await read(plain.alpha, plain)).calls).toEqual(inFull);
  });

  it('stay with the runtime where storage does not tell', async () => {
    const read = reader();
    const runtime = { ...plain, without: 'childKeys' };
    for (const _ of [1, 2]) expect(await read(plain.alpha, runtime)).toMatchObject({ stakes: plain.own, calls: inFull, families: 0 });
  });

  it('are there before they were tried, and the next read waits for that', async () => {
    const read = reader();
    const gate = Promise.withResolvers<void>();
    expect((await read(plain.alpha, { ...plain, gate: () => gate.promise })).stakes).toEqual(plain.own);
    const next = read(plain.alpha, plain);
    gate.resolve();
    expect((await next).calls).toEqual(reckoned);
  });

  it('are tried again after a trial that broke off', async () => {
    const read = reader();
    const gate = () => Promise.reject(new Error('disconnected'));
    expect((await read(plain.alpha, { ...plain, gate })).stakes).toEqual(plain.own);
    expect((await read(plain.alpha, plain)).calls).toEqual(inFull);
    expect((await read(plain.alpha, plain)).calls).toEqual(reckoned);
  });
});

describe('one call has all columns', () => {
  it.each([
    ['of a small subnet', { count: LARGE - 1 }],
    ['where fields cannot be chosen', { lacks: ['getSelectiveMetagraph'] }],
  ])('%s', async (_which, runtime) => {
    const { calls, families, stakes } = await reader()(plain.alpha, { ...plain, ...runtime });
    expect(calls).toHaveLength(1);
    expect(calls[0]).toEqual(expect.arrayContaining([...VECTORS, ...PLACES, ...STAKES]));
    expect({ families, stakes }).toEqual({ families: 0, stakes: plain.own });
  });

  it('unless the runtime has no such call', async () => {
    const { calls, stakes } = await reader()(plain.alpha, { ...plain, lacks: ['getSelectiveMetagraph', 'getMetagraph'] });
    expect({ calls, stakes }).toEqual({ calls: [], stakes: undefined });
  });
});
