import { type Plain, type State, toNumber, toRecord } from '../connection/state.ts';
import type { Columns } from './columns.ts';
import { hotkeysOf, placesOf } from './metagraph-storage.ts';
import type { ProvenStakes } from './stakes.ts';

const API = 'subnetInfoRuntimeApi';
const SELECTIVE = 'getSelectiveMetagraph';

/** The columns we need, by their field names in the runtime's answer. */
const FIELDS = {
  hotkeys: 'hotkeys',
  coldkeys: 'coldkeys',
  stakes: 'totalStake',
  axons: 'axons',
  validatorPermits: 'validatorPermit',
  active: 'active',
  incentives: 'incentives',
  trust: 'trust',
  dividends: 'dividends',
  lastUpdates: 'lastUpdate',
} as const;
type Column = keyof typeof FIELDS;
const COLUMNS = Object.keys(FIELDS) as readonly Column[];

/** What is kept by subnet, a vector of all neurons each: the runtime has them at once. */
const VECTORS = ['validatorPermits', 'active', 'incentives', 'trust', 'dividends', 'lastUpdates'] as const satisfies readonly Column[];
/** Above so many neurons, pages of storage beside the runtime call are faster than all in one call. */
const ONE_CALL_NEURONS = 512;

interface Subnet {
  readonly netuid: number;
  readonly mechanism: number;
}

/**
 * Reads the columns by a runtime call, which all runtimes since dynamic TAO have; undefined where there is none. Of large subnets the
 * call gives the vectors, and pages of storage what a runtime collects one neuron after the other.
 */
export async function columnsByRuntime(state: State, subnet: Subnet, stakes: ProvenStakes): Promise<Columns | undefined> {
  const isPaged = state.hasCall(API, SELECTIVE) && (await isLarge(state, subnet));
  return isPaged ? pagedColumns(state, subnet, stakes) : columnsByCall(state, subnet, COLUMNS);
}

async function pagedColumns(state: State, subnet: Subnet, proven: ProvenStakes): Promise<Columns | undefined> {
  const { netuid } = subnet;
  const isProven = await proven.has(state);
  const asked = columnsByCall(state, subnet, isProven ? VECTORS : [...VECTORS, 'stakes']);
  asked.catch(() => undefined);
  const hotkeys = await hotkeysOf(state, netuid);
  const here = { state, netuid, hotkeys: hotkeys.map(String) };
  const askStakes = async () => (await columnsByCall(state, subnet, ['stakes']))?.stakes ?? null;
  const [answer, places, reckoned] = await Promise.all([
    asked,
    placesOf(state, netuid, hotkeys),
    isProven ? proven.read(here, askStakes) : undefined,
  ]);
  if (answer === undefined) return undefined;
  if (!isProven) proven.try(here, answer.stakes);
  return { ...answer, ...places, hotkeys, stakes: reckoned ?? answer.stakes };
}

async function isLarge(state: State, { netuid }: Subnet): Promise<boolean> {
  return toNumber(await state.get('subnetworkN', netuid)) > ONE_CALL_NEURONS;
}

async function columnsByCall(state: State, subnet: Subnet, columns: readonly Column[]): Promise<Columns | undefined> {
  const answer = toRecord(await ask(state, subnet, columns));
  if (answer === undefined) return undefined;
  return Object.fromEntries(columns.map((column) => [column, answer[FIELDS[column]] ?? null])) as unknown as Columns;
}

async function ask(state: State, { netuid, mechanism }: Subnet, columns: readonly Column[]): Promise<Plain> {
  const wanted = fieldIndexes(state, columns);
  if (mechanism !== 0) return state.call(API, 'getSelectiveMechagraph', netuid, mechanism, wanted);
  if (state.hasCall(API, SELECTIVE)) return state.call(API, SELECTIVE, netuid, wanted);
  return state.hasCall(API, 'getMetagraph') ? state.call(API, 'getMetagraph', netuid) : null;
}

/** The chain numbers the fields of its selective metagraph by their place in the struct, which the metadata tells. */
function fieldIndexes(state: State, columns: readonly Column[]): readonly number[] {
  const names = state.fieldsOf('SelectiveMetagraph');
  const wanted = columns.map((column) => names.indexOf(FIELDS[column].replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)));
  return wanted.filter((index) => index >= 0);
}
