import { ApiPromise, WsProvider } from '@polkadot/api';
import { Keyring } from '@polkadot/keyring';

type Entries = readonly (readonly [readonly unknown[], unknown])[];

const TAO = 10 ** 9;
/** What each neuron lends to the next, of 2^64-1: some 31%. */
const LENT = '0x5000123456789abc';

/**
 * Writes a subnet of `count` neurons into the state of a live node, as many registrations would have left it: each with keys of its
 * own, an axon, stakes between 1 and 5,000 TAO, a share of them lent to the next one, and a place in every column.
 */
export async function writeNeurons(url: string, netuid: number, count: number): Promise<void> {
  const provider = new WsProvider(url, undefined, undefined, 120_000);
  const api = await ApiPromise.create({ provider: provider as never, noInitWarn: true });
  try {
    const items = Object.entries({ ...columns(netuid, count), ...(await maps(netuid, count)) });
    const has = (item: string) => api.query.subtensorModule?.[item.charAt(0).toLowerCase() + item.slice(1)] !== undefined;
    // One message: every one is a layer of its own that each later read has to go through.
    await provider.send('dev_setStorage', [{ SubtensorModule: Object.fromEntries(items.filter(([item]) => has(item))) }]);
    // The form by names deletes what is zero, such as the first uid.
    await provider.send('dev_setStorage', [[[api.query.subtensorModule!.uids!.key(netuid, addresses(1)[0]), '0x0000']]]);
  } finally {
    await api.disconnect();
  }
}

/** What is kept once a subnet; the parts below differ by uid, so that a wrong order would show. */
function columns(netuid: number, count: number): Readonly<Record<string, Entries>> {
  const column = <T>(of: (uid: number) => T): Entries => [[[netuid], Array.from({ length: count }, (_, uid) => of(uid))]];
  const share = column((uid) => uid % 65_536);
  const names = ['Emission', 'Rank', 'Trust', 'Consensus', 'Incentive', 'Dividends', 'ValidatorTrust', 'PruningScores'];
  return {
    NetworksAdded: [[[netuid], true]],
    SubnetworkN: [[[netuid], count]],
    Tempo: [[[netuid], 360]],
    MaxAllowedUids: [[[netuid], count]],
    ValidatorPermit: column((uid) => uid < 64),
    Active: column(() => true),
    LastUpdate: column((uid) => uid),
    ...Object.fromEntries(names.map((name) => [name, share])),
  };
}

/** What is kept by neuron or by hotkey. */
async function maps(netuid: number, count: number): Promise<Readonly<Record<string, Entries>>> {
  const keys = addresses(count);
  const each = (entry: (hotkey: string, uid: number) => readonly [readonly unknown[], unknown]): Entries => keys.map(entry);
  const stakeOf = (uid: number) => (1 + ((uid * 7919) % 5000)) * TAO;
  const axonOf = (uid: number) => ({ block: 1, version: 661, ip: 0x0a000000 + uid, port: 8091, ipType: 4, protocol: 4 });
  return {
    Keys: each((hotkey, uid) => [[netuid, uid], hotkey]),
    Uids: each((hotkey, uid) => [[netuid, hotkey], uid]),
    Owner: each((hotkey, uid) => [[hotkey], keys[uid - (uid % 16)]]),
    IsNetworkMember: each((hotkey) => [[hotkey, netuid], true]),
    BlockAtRegistration: each((_, uid) => [[netuid, uid], 1]),
    Axons: each((hotkey, uid) => [[netuid, hotkey], axonOf(uid)]),
    TotalHotkeyStake: each((hotkey, uid) => [[hotkey], stakeOf(uid)]),
    TotalHotkeyAlpha: [
      ...each((hotkey, uid) => [[hotkey, netuid], stakeOf(uid)]),
      ...each((hotkey, uid) => [[hotkey, 0], stakeOf(uid + 1)]),
    ],
    ParentKeys: keys.slice(1).map((hotkey, index) => [[hotkey, netuid], [[LENT, keys[index]]]]),
    ChildKeys: keys.slice(0, -1).map((hotkey, index) => [[hotkey, netuid], [[LENT, keys[index + 1]]]]),
  };
}

function addresses(count: number): readonly string[] {
  const ring = new Keyring({ type: 'sr25519', ss58Format: 42 });
  return Array.from({ length: count }, (_, uid) => {
    const publicKey = new Uint8Array(32);
    new DataView(publicKey.buffer).setUint32(0, uid + 1);
    return ring.encodeAddress(publicKey.fill(7, 4), 42);
  });
}
