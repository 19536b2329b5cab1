import { type Plain, type State, toList, toNumber } from '../connection/state.ts';
import type { Columns } from './columns.ts';

/** Reads the columns from storage, for runtimes without runtime calls for it (those of the Vision era). */
export async function columnsByStorage(state: State, netuid: number): Promise<Columns> {
  const hotkeys = await hotkeysOf(state, netuid);
  const [places, stakes, columns] = await Promise.all([
    placesOf(state, netuid, hotkeys),
    state.many(
      'totalHotkeyStake',
      hotkeys.map((hotkey) => [hotkey]),
    ),
    vectors(state, netuid),
  ]);
  return { hotkeys, stakes, ...places, ...columns };
}

/** Hotkeys by uid. */
export async function hotkeysOf(state: State, netuid: number): Promise<readonly Plain[]> {
  const count = toNumber(await state.get('subnetworkN', netuid));
  return state.many(
    'keys',
    Array.from({ length: count }, (_, uid) => [netuid, uid]),
  );
}

/** Who owns the hotkeys and where they listen. */
export async function placesOf(state: State, netuid: number, hotkeys: readonly Plain[]) {
  const [coldkeys, axons] = await Promise.all([
    state.many(
      'owner',
      hotkeys.map((hotkey) => [hotkey]),
    ),
    state.many(
      'axons',
      hotkeys.map((hotkey) => [netuid, hotkey]),
    ),
  ]);
  return { coldkeys, axons };
}

async function vectors(state: State, netuid: number) {
  const items = ['validatorPermit', 'active', 'incentive', 'trust', 'dividends', 'lastUpdate'];
  const [validatorPermits = [], active = [], incentives = [], trust = [], dividends = [], lastUpdates = []] = await Promise.all(
    items.map(async (item) => toList(await state.getOr([], item, netuid))),
  );
  return { validatorPermits, active, incentives, trust, dividends, lastUpdates };
}
