import { LRUCache } from 'lru-cache';

/** Nonces from here on count nanoseconds since 1970 (9 September 2001); smaller ones count an uptime. */
export const EPOCH_NONCE = 1_000_000_000_000_000_000n;
const SKEW_NS = 4_000_000_000n;

/** Limits of a nonce store. */
export interface NonceStoreOptions {
  /** Take nonces that count the sender's uptime (Bittensor before 7.2). */
  readonly legacyUptimeNonces: boolean;
  readonly maxHotkeys: number;
  readonly maxUuidsPerHotkey: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Remembers what this store does, beyond the end of the process. Without one a request of the last seconds could be sent again after a restart. */
  readonly journal?: NonceJournal | undefined;
}

/** A nonce that was processed. */
export type UsedNonce = Pick<NonceClaim, 'hotkey' | 'uuid' | 'nonce'>;

/** Where used nonces outlive the process. */
export interface NonceJournal {
  /** Those that may still be within their time, in the order they were used. */
  read(): Iterable<UsedNonce>;
  /** Notes one. Never throws: a request whose signature was verified is served whatever the disk says. */
  note(used: UsedNonce): void;
}

/** One request's claim on a nonce. */
export interface NonceClaim {
  readonly hotkey: string;
  readonly uuid: string;
  readonly nonce: bigint;
  /** Milliseconds added to the four seconds that a nonce may be old. */
  readonly timeoutMs: number;
}

/** Refuses nonces that are old, from the future or seen before. Bounded: what it forgets stays refused. */
export interface NonceStore {
  /** Why the claim is refused; undefined when it may go on to the signature check. Remembers nothing. */
  check(claim: NonceClaim): string | undefined;
  /** Remembers the nonce of a claim whose signature was verified. */
  commit(claim: NonceClaim): void;
}

interface Seen {
  readonly last: Map<string, bigint>;
  /** Epoch nonces up to here are refused for uuids that are not remembered: they may have been, once. */
  floor: bigint;
}

/** Creates a store in memory, with what the journal remembers. */
export function createNonceStore(options: NonceStoreOptions): NonceStore {
  let globalFloor = 0n;
  const hotkeys = new LRUCache<string, Seen>({
    max: options.maxHotkeys,
    dispose: (seen, _hotkey, reason) => {
      if (reason === 'evict') globalFloor = highest(seen, globalFloor);
    },
  });
  const use = ({ hotkey, uuid, nonce }: UsedNonce) => {
    const seen = hotkeys.get(hotkey) ?? { last: new Map(), floor: globalFloor };
    hotkeys.set(hotkey, seen);
    remember(seen, { uuid, nonce, max: options.maxUuidsPerHotkey });
  };
  for (const used of options.journal?.read() ?? []) use(used);
  return {
    check: (claim) => complaint(claim, hotkeys.get(claim.hotkey), { ...options, globalFloor }),
    commit(claim) {
      use(claim);
      options.journal?.note(claim);
    },
  };
}

function complaint(
  claim: NonceClaim,
  seen: Seen | undefined,
  rules: NonceStoreOptions & { readonly globalFloor: bigint },
): string | undefined {
  const previous = seen?.last.get(claim.uuid);
  if (previous !== undefined && claim.nonce <= previous) return 'Nonce is too old, a newer one was last processed';
  if (claim.nonce < EPOCH_NONCE) return rules.legacyUptimeNonces ? undefined : 'Nonce counts no nanoseconds since 1970';
  return outsideWindow(claim, rules.now()) ?? belowFloor(claim, previous, seen?.floor ?? rules.globalFloor);
}

function outsideWindow({ nonce, timeoutMs }: NonceClaim, nowMs: number): string | undefined {
  const now = BigInt(Math.trunc(nowMs)) * 1_000_000n;
  const oldest = now - SKEW_NS - BigInt(Math.trunc(timeoutMs)) * 1_000_000n;
  if (nonce <= oldest) return 'Nonce is too old';
  return nonce > now + SKEW_NS ? 'Nonce is from the future' : undefined;
}

function belowFloor({ nonce }: NonceClaim, previous: bigint | undefined, floor: bigint): string | undefined {
  return previous === undefined && nonce <= floor ? 'Nonce is too old, newer ones were processed' : undefined;
}

function remember(seen: Seen, { uuid, nonce, max }: { uuid: string; nonce: bigint; max: number }): void {
  // Delete first: a Map keeps insertion order, so the first key is the one used longest ago.
  seen.last.delete(uuid);
  seen.last.set(uuid, nonce);
  if (seen.last.size <= max) return;
  const [oldest] = seen.last;
  if (oldest === undefined) return;
  seen.last.delete(oldest[0]);
  if (oldest[1] >= EPOCH_NONCE && oldest[1] > seen.floor) seen.floor = oldest[1];
}

function highest(seen: Seen, floor: bigint): bigint {
  let top = seen.floor > floor ? seen.floor : floor;
  for (const nonce of seen.last.values()) if (nonce >= EPOCH_NONCE && nonce > top) top = nonce;
  return top;
}
