import type { ApiDecoration, QueryableStorageEntry } from '@polkadot/api/types';
import { fail } from '../errors.ts';
import type { Connection } from './connection.ts';

/** A decoded value as plain data: numbers (large ones as hexadecimal text), text, lists and records. */
export type Plain = number | string | boolean | null | readonly Plain[] | { readonly [field: string]: Plain };
type Arguments = readonly unknown[];

type Found = { readonly changes: readonly (readonly [key: string, value: string | null])[] };
type PageReader = (keys: readonly string[]) => Promise<Found['changes']>;

/** Most keys in one question to the node. */
const PAGE = 1000;

/** The state of one block, decoded by the metadata that was valid at it. */
export class State {
  readonly specVersion: number;
  readonly #at: ApiDecoration<'promise'>;
  readonly #pages: PageReader;
  readonly #accounts = new Map<string, Uint8Array>();

  constructor(at: ApiDecoration<'promise'>, pages: PageReader) {
    this.#at = at;
    this.#pages = pages;
    this.specVersion = at.runtimeVersion.specVersion.toNumber();
  }

  /** Opens the state of a block by its hash. */
  static async at({ api, request }: Pick<Connection, 'api' | 'request'>, hash: string): Promise<State> {
    return new State(await api.at(hash), async (keys) => {
      const [found] = await request<readonly Found[]>('state_queryStorageAt', [keys, hash]);
      return found?.changes ?? [];
    });
  }

  /** True when this runtime stores the item, such as `MaxWeightsLimit` (first letter small). */
  has(item: string): boolean {
    return this.#at.query.subtensorModule?.[item] !== undefined;
  }

  /** One stored value of subtensor's pallet. Throws RUNTIME_UNSUPPORTED when the runtime does not have the item. */
  async get(item: string, ...keys: Arguments): Promise<Plain> {
    return (await this.#entry('subtensorModule', item)(...keys)).toJSON() as Plain;
  }

  /** One stored value, or the fallback where the runtime does not have the item. */
  async getOr<T extends Plain>(fallback: T, item: string, ...keys: Arguments): Promise<Plain> {
    return this.has(item) ? this.get(item, ...keys) : fallback;
  }

  /** Stored values of one item under many keys, in their order. The pages are asked for at once. */
  async many(item: string, keys: readonly Arguments[]): Promise<readonly Plain[]> {
    const entry = this.#entry('subtensorModule', item);
    const decode = this.#decoder(entry);
    const pages = Array.from({ length: Math.ceil(keys.length / PAGE) }, (_, page) => keys.slice(page * PAGE, (page + 1) * PAGE));
    const values = pages.map(async (page) => {
      const asked = page.map((key) => entry.key(...key.map((part) => this.#decoded(part))));
      const found = new Map(await this.#pages(asked));
      return asked.map((key) => decode(found.get(key)));
    });
    return (await Promise.all(values)).flat();
  }

  /** Addresses as bytes: to decode one costs more than all else of a key, and each is asked for in several items. */
  #decoded(part: unknown): unknown {
    if (typeof part !== 'string') return part;
    const known = this.#accounts.get(part) ?? this.#at.registry.createType('AccountId', part).toU8a();
    this.#accounts.set(part, known);
    return known;
  }

  /** Decodes values of an item one by one; what @polkadot/api makes of many at once costs twice as much. */
  #decoder({ creator: { meta } }: QueryableStorageEntry<'promise'>): (found: string | null | undefined) => Plain {
    const { registry } = this.#at;
    const type = registry.createLookupType(meta.type.isMap ? meta.type.asMap.value : meta.type.asPlain);
    // As bytes: from text, the library would take the lowest byte of a number for the highest.
    const read = (value: string) => registry.createTypeUnsafe(type, [Buffer.from(value.slice(2), 'hex')]).toJSON() as Plain;
    const none = meta.modifier.isOptional ? null : read(meta.fallback.toHex());
    return (found) => (found ? read(found) : none);
  }

  /** The free balance of an account, in rao. */
  async balance(address: string): Promise<bigint> {
    const account = (await this.#entry('system', 'account')(address)).toJSON() as { readonly data: { readonly free: Plain } };
    return toBigInt(account.data.free);
  }

  /** True when this runtime has the runtime call. */
  hasCall(api: string, method: string): boolean {
    return this.#at.call[api]?.[method] !== undefined;
  }

  /** The answer of a runtime call; null for none. */
  async call(api: string, method: string, ...args: Arguments): Promise<Plain> {
    const ask = this.#at.call[api]?.[method];
    if (ask === undefined) throw this.#unsupported(`runtime call ${api}.${method}`);
    return (await ask(...args)).toJSON() as Plain;
  }

  /** The field names of a struct of the chain, in order; none when it has no such struct. */
  fieldsOf(struct: string): readonly string[] {
    const found = this.#at.registry.lookup.types.find(({ type: { path } }) => path.at(-1)?.toString() === struct);
    return found?.type.def.asComposite.fields.map(({ name }) => name.unwrapOr('').toString()) ?? [];
  }

  #entry(pallet: string, item: string): QueryableStorageEntry<'promise'> {
    const entry = this.#at.query[pallet]?.[item];
    if (entry === undefined) throw this.#unsupported(`storage item ${pallet}.${item}`);
    return entry;
  }

  #unsupported(missing: string): Error {
    return fail('RUNTIME_UNSUPPORTED', { missing, specVersion: this.specVersion });
  }
}

/** A whole number, whatever form it was decoded to. */
export function toBigInt(value: Plain | undefined): bigint {
  return typeof value === 'number' || typeof value === 'string' ? BigInt(value) : 0n;
}

/** A whole number that fits a double. */
export function toNumber(value: Plain | undefined): number {
  return Number(toBigInt(value));
}

/** A list, empty when there is none. */
export function toList(value: Plain | undefined): readonly Plain[] {
  return Array.isArray(value) ? (value as readonly Plain[]) : [];
}

/** A record, or nothing. */
export function toRecord(value: Plain | undefined): { readonly [field: string]: Plain } | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as { readonly [field: string]: Plain }) : undefined;
}
