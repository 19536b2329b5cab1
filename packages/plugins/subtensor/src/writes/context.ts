import type { SubmittableExtrinsic } from '@polkadot/api/types';
import type { Log, Receipt, Signer } from '@vision-sdk/core';
import type { Connection } from '../connection/connection.ts';
import { State } from '../connection/state.ts';
import { fail } from '../errors.ts';
import type { SubtensorOptions } from '../options.ts';
import { type Head, type Heads, headAt } from '../reads/heads.ts';
import type { RefusedCall } from './refusals.ts';
import type { Submitter } from './submit.ts';

/** What a call to the chain works with. */
export interface CallContext {
  readonly netuid: number;
  readonly connection: Connection;
  readonly options: SubtensorOptions;
  readonly log: Log;
  readonly heads: Heads;
  readonly submitter: Submitter;
  readonly signal: AbortSignal;
}

/** The newest block with its state. */
export interface Now {
  readonly head: Head;
  readonly state: State;
}

/** Reads the newest state. */
export async function now({ connection }: CallContext): Promise<Now> {
  const head = await headAt(connection);
  if (head === undefined) throw fail('BLOCK_NOT_FOUND', { block: -1, reason: 'the chain has no block' });
  return { head, state: await State.at(connection, head.hash) };
}

/** A call of subtensor's pallet by its JavaScript name, such as `setWeights`. Throws RUNTIME_UNSUPPORTED when the runtime has none. */
export function callOf({ connection: { api } }: CallContext, name: string, args: readonly unknown[]): SubmittableExtrinsic<'promise'> {
  const make = api.tx.subtensorModule?.[name];
  if (make === undefined)
    throw fail('RUNTIME_UNSUPPORTED', { missing: `call ${name}`, specVersion: api.runtimeVersion.specVersion.toNumber() });
  return make(...args);
}

/** True when the runtime has the call. */
export function hasCall({ connection: { api } }: CallContext, name: string): boolean {
  return api.tx.subtensorModule?.[name] !== undefined;
}

/** Sends a call and waits for its block; with the option `dryRun` logs it and sends nothing. */
export async function send(
  context: CallContext,
  {
    name,
    args,
    signer,
    refused,
  }: { readonly name: string; readonly args: readonly unknown[]; readonly signer: Signer; readonly refused?: Partial<RefusedCall> },
): Promise<Receipt> {
  const { netuid, options, log, submitter, signal } = context;
  const make = () => callOf(context, name, args);
  // A call that cannot be encoded fails before a dry run says that it could be sent.
  make();
  const call = { name: snakeCase(name), signer: signer.address, netuid, ...refused };
  if (options.dryRun) {
    log.info({ call: call.name, signer: signer.address, args }, 'dry run: not sent');
    return { block: (await now(context)).head.number, status: 'unchanged' };
  }
  log.debug({ call: call.name, signer: signer.address }, 'sending to the chain');
  const receipt = await submitter.submit({ call, make, signer, signal });
  log.info({ call: call.name, signer: signer.address, ...receipt }, 'the chain took the call');
  return receipt;
}

/** Time of one block in milliseconds, by the runtime's own constants. */
export function blockMs({ connection: { api } }: CallContext): number {
  const slot = api.consts.aura?.slotDuration ?? api.consts.babe?.expectedBlockTime;
  if (slot !== undefined) return Number(slot.toString());
  return 2 * Number((api.consts.timestamp?.minimumPeriod ?? 6000).toString());
}

/** Waits until a block of this number; throws RATE_LIMITED at once when that is further off than the option allows. */
export async function waitForBlock(
  context: CallContext,
  call: string,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<void> {
  const { options, heads, signal, log } = context;
  if (to <= from) return;
  if ((to - from) * blockMs(context) > options.rateLimitWaitMs) throw fail('RATE_LIMITED', { call, blocksLeft: to - from });
  log.info({ call, block: from, untilBlock: to }, 'waiting for the rate limit of the chain');
  await heads.reach(to, signal);
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
