import type { Metagraph } from '@vision-sdk/core';
import { LRUCache } from 'lru-cache';
import type { Connection } from '../connection/connection.ts';
import { State } from '../connection/state.ts';
import { fail } from '../errors.ts';
import { toNeurons } from './columns.ts';
import { nextEpochBlock } from './epochs.ts';
import { type Head, headAt, toBlock } from './heads.ts';
import { columnsByRuntime } from './metagraph-runtime.ts';
import { columnsByStorage } from './metagraph-storage.ts';
import { ProvenStakes } from './stakes.ts';

/** Reads metagraphs; the same block is read once. */
export class Metagraphs {
  readonly #connection: Connection;
  readonly #subnet: { readonly netuid: number; readonly mechanism: number };
  readonly #stakes = new ProvenStakes();
  readonly #kept = new LRUCache<string, Promise<Metagraph>>({ max: 4 });

  constructor(connection: Connection, subnet: { readonly netuid: number; readonly mechanism: number }) {
    this.#connection = connection;
    this.#subnet = subnet;
  }

  /** The metagraph at a block, the newest unless given. Throws BLOCK_NOT_FOUND for a block to come or one that the node forgot. */
  async read(atBlock?: number): Promise<Metagraph> {
    const head = await headAt(this.#connection, atBlock);
    if (head === undefined) throw fail('BLOCK_NOT_FOUND', { block: atBlock ?? -1, reason: 'the chain has no such block yet' });
    const known = this.#kept.get(head.hash);
    if (known !== undefined) return known;
    const reading = this.#readAt(head).catch((error: unknown) => {
      this.#kept.delete(head.hash);
      throw whyNoState(error, head);
    });
    this.#kept.set(head.hash, reading);
    return reading;
  }

  async #readAt(head: Head): Promise<Metagraph> {
    const { netuid, mechanism } = this.#subnet;
    const state = await State.at(this.#connection, head.hash);
    const [block, epoch, columns] = await Promise.all([
      toBlock(this.#connection, head),
      nextEpochBlock(state, netuid, head.number),
      columnsByRuntime(state, this.#subnet, this.#stakes),
    ]);
    const neurons = toNeurons(columns ?? (await columnsByStorage(state, netuid)));
    if (mechanism !== 0 && columns === undefined) throw fail('MECHANISM_UNSUPPORTED', { mechanism, reason: 'the subnet does not have it' });
    return { netuid, block, nextEpochBlock: epoch, neurons };
  }
}

function whyNoState(error: unknown, { number }: Head): unknown {
  const reason = error instanceof Error ? error.message : String(error);
  if (!/discarded|pruned|UnknownBlock|Unable to retrieve header|header not found/i.test(reason)) return error;
  return fail('BLOCK_NOT_FOUND', { block: number, reason: `the node no longer has its state (${reason})` }, { cause: error });
}
