import type { ApiPromise } from '@polkadot/api';
import type { SubmittableExtrinsic } from '@polkadot/api/types';
import type { Connection } from '../connection/connection.ts';
import type { Heads } from '../reads/heads.ts';

type Extrinsic = SubmittableExtrinsic<'promise'>;
/** Why the chain refused a call that is in a block. */
export type DispatchError = NonNullable<Parameters<Parameters<Extrinsic['send']>[0]>[0]['dispatchError']>;

/** A call in its block. */
export interface FoundCall {
  readonly block: number;
  readonly blockHash: string;
  readonly error?: DispatchError;
}

/** Looks for a signed call in every block after `from`, old ones first, until the signal aborts: for when the node that watched it was lost. */
export async function findCall(
  { connection, heads }: { readonly connection: Connection; readonly heads: Heads },
  hash: string,
  { from, signal }: { readonly from: number; readonly signal: AbortSignal },
): Promise<FoundCall> {
  let next = from + 1;
  for await (const head of heads.follow(signal)) {
    for (; next <= head.number; next++) {
      const found = await callIn(connection.api, next, hash);
      if (found !== undefined) return found;
    }
  }
  throw signal.reason;
}

/** Waits until a call's block is final; false when the chain made another block final in its place. */
export async function becomesFinal(
  { connection: { request }, heads }: { readonly connection: Connection; readonly heads: Heads },
  { block, blockHash }: FoundCall,
  signal: AbortSignal,
): Promise<boolean> {
  for await (const _head of heads.follow(signal)) {
    const { number } = await request<{ readonly number: string }>('chain_getHeader', [await request('chain_getFinalizedHead', [])]);
    if (Number(number) >= block) return (await request('chain_getBlockHash', [block])) === blockHash;
  }
  throw signal.reason;
}

async function callIn(api: ApiPromise, block: number, hash: string): Promise<FoundCall | undefined> {
  const blockHash = await api.rpc.chain.getBlockHash(block);
  const { extrinsics } = (await api.rpc.chain.getBlock(blockHash)).block;
  const index = extrinsics.findIndex((extrinsic) => extrinsic.hash.toHex() === hash);
  if (index === -1) return undefined;
  const error = await errorOf(api, blockHash.toHex(), index);
  return { block, blockHash: blockHash.toHex(), ...(error === undefined ? {} : { error }) };
}

async function errorOf(api: ApiPromise, blockHash: string, index: number): Promise<DispatchError | undefined> {
  const { events } = (await api.at(blockHash)).query.system ?? {};
  const records = (await events?.()) as unknown as Iterable<EventRecord> | undefined;
  const own = [...(records ?? [])].filter(({ phase }) => phase.isApplyExtrinsic && phase.asApplyExtrinsic.eq(index));
  return own.find(({ event }) => event.method === 'ExtrinsicFailed')?.event.data[0];
}

interface EventRecord {
  readonly phase: { readonly isApplyExtrinsic: boolean; readonly asApplyExtrinsic: { eq(other: number): boolean } };
  readonly event: { readonly method: string; readonly data: readonly DispatchError[] };
}
