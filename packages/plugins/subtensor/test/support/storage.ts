import type { Plain, State } from '../../src/connection/state.ts';

/** Half of 2^64-1, rounded down. */
export const HALF = '0x7fffffffffffffff';

/** A chain's storage: values by item and keys, and what is there where nothing was stored. */
export function storage(
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
