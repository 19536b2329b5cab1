import type { SubmittableExtrinsic } from '@polkadot/api/types';
import { type Receipt, type Signer, VisionError } from '@vision-sdk/core';
import type { Connection } from '../connection/connection.ts';
import { within } from '../connection/deadline.ts';
import { fail } from '../errors.ts';
import type { SubtensorOptions } from '../options.ts';
import { type Heads, headAt } from '../reads/heads.ts';
import { becomesFinal, type DispatchError, findCall } from './find-call.ts';
import { KeyedQueue } from './queue.ts';
import { explainPalletError, explainPoolError, isNonceTaken, type RefusedCall } from './refusals.ts';
import { signCall } from './sign.ts';

type Extrinsic = SubmittableExtrinsic<'promise'>;
/** What comes while a call is watched; the block's number is there once it is in one, though not in the library's type. */
type Result = Parameters<Parameters<Extrinsic['send']>[0]>[0] & { readonly blockNumber?: { toNumber(): number } };

/** A call to carry out. */
export interface Submission {
  readonly call: RefusedCall;
  /** Makes the call anew for each try: a signed one cannot be signed again. */
  make(): Extrinsic;
  readonly signer: Signer;
  readonly signal: AbortSignal;
}

/** What became of a call in a block. */
interface Seen extends Receipt {
  readonly error?: DispatchError;
}

/** A call that is being watched. */
interface Watch {
  readonly call: RefusedCall;
  readonly hash: string;
  /** The chain's head when it was sent. */
  readonly from: number;
  readonly stop: AbortSignal;
  /** The block that it is in by the last word of the node, final or not. */
  seen: Seen | undefined;
}

/** Tries of one call when its nonce was taken by another. */
const TRIES = 4;

/** Signs calls and sees them into a block, one at a time for each key. */
export class Submitter {
  readonly #connection: Connection;
  readonly #options: SubtensorOptions;
  readonly #heads: Heads;
  readonly #queue = new KeyedQueue();

  constructor(connection: Connection, options: SubtensorOptions, heads: Heads) {
    this.#connection = connection;
    this.#options = options;
    this.#heads = heads;
  }

  /** Resolves once the call is in a block (or final, by option) and was carried out; throws what the chain or its pool said otherwise. */
  async submit(submission: Submission): Promise<Receipt> {
    return this.#queue.run(submission.signer.address, async () => {
      submission.signal.throwIfAborted();
      for (let left = TRIES - 1; ; left--) {
        try {
          return await this.#once(submission);
        } catch (error) {
          if (VisionError.is(error) || !isNonceTaken(String(error)) || left === 0) throw this.#explain(submission.call, error);
        }
      }
    });
  }

  async #once({ call, make, signer, signal }: Submission): Promise<Receipt> {
    const { api } = this.#connection;
    const { eraBlocks } = this.#options;
    // The node's own count knows calls that wait in its pool; the chain's does not.
    const [nonce, head] = await Promise.all([
      this.#connection.request<number>('system_accountNextIndex', [signer.address]),
      headAt(this.#connection),
    ]);
    if (head === undefined) throw fail('BLOCK_NOT_FOUND', { block: -1, reason: 'the chain has no block' });
    const signed = await signCall(api, make(), signer, { nonce, eraBlocks, head });
    const { error, ...receipt } = await this.#seeIncluded(signed, call, { from: head.number, signal });
    if (error !== undefined) throw explainPalletError(call, this.#nameOf(error));
    return receipt;
  }

  /**
   * Watches the call where it was sent, and looks for it in the blocks once that connection is lost. A call that is in a block but not
   * final when the time is up is `included`.
   */
  async #seeIncluded(signed: Extrinsic, call: RefusedCall, { from, signal }: { readonly from: number; readonly signal: AbortSignal }) {
    const { inclusionTimeoutMs: ms } = this.#options;
    const done = new AbortController();
    const watch: Watch = { call, hash: signed.hash.toHex(), from, stop: AbortSignal.any([signal, done.signal]), seen: undefined };
    const lost = Promise.withResolvers<void>();
    const forget = this.#connection.provider.on('disconnected', () => lost.resolve());
    const elsewhere = lost.promise.then(() => this.#search(watch));
    elsewhere.catch(() => undefined);
    const watched = this.#watch(signed, watch).catch((error: unknown) => {
      // Cut off while it was handed over: the node may have taken it.
      if (isCutOff(error)) return elsewhere;
      throw error;
    });
    const late = () => fail('NOT_INCLUDED', { call: call.name, hash: watch.hash, waitedMs: ms });
    try {
      return await within(Promise.race([watched, elsewhere]), { ms, signal, error: late });
    } catch (error) {
      if (VisionError.is(error, 'VISION_SUBTENSOR_NOT_INCLUDED') && watch.seen !== undefined) return watch.seen;
      throw error;
    } finally {
      forget();
      done.abort(new Error('done'));
    }
  }

  async #watch(signed: Extrinsic, watch: Watch): Promise<Seen> {
    const { promise, resolve, reject } = Promise.withResolvers<Seen>();
    const unwatch = await signed.send((result: Result) => {
      const { status, dispatchError: error } = result;
      if (status.isRetracted) watch.seen = undefined;
      // A busy node may skip straight to final.
      if (status.isFinalized || status.isInBlock) {
        const block = result.blockNumber?.toNumber() ?? 0;
        watch.seen = { block, status: status.isFinalized ? 'finalized' : 'included', ...(error === undefined ? {} : { error }) };
        if (this.#isEnough(watch.seen)) resolve(watch.seen);
      } else if (result.isError) reject(fail('DROPPED', { call: watch.call.name, hash: watch.hash, status: status.type }));
    });
    watch.stop.addEventListener('abort', unwatch, { once: true });
    return promise;
  }

  /** Looks for the call in the blocks, again when the block that had it did not last. */
  async #search(watch: Watch): Promise<Seen> {
    const where = { connection: this.#connection, heads: this.#heads };
    for (;;) {
      const found = await findCall(where, watch.hash, { from: watch.from, signal: watch.stop });
      const { block, error } = found;
      const seen: Seen = { block, status: 'included', ...(error === undefined ? {} : { error }) };
      watch.seen = seen;
      if (this.#isEnough(seen)) return seen;
      if (await becomesFinal(where, found, watch.stop)) return { ...seen, status: 'finalized' };
      watch.seen = undefined;
    }
  }

  #isEnough({ status }: Seen): boolean {
    return status === 'finalized' || this.#options.inclusion === 'inBlock';
  }

  #nameOf(error: DispatchError): { readonly name: string; readonly docs: string } {
    if (!error.isModule) return { name: error.isBadOrigin ? 'BadOrigin' : error.toString(), docs: '' };
    const { name, docs } = this.#connection.api.registry.findMetaError(error.asModule);
    return { name, docs: docs.join(' ').trim() };
  }

  #explain(call: RefusedCall, error: unknown): unknown {
    if (VisionError.is(error)) return error;
    const message = error instanceof Error ? error.message : String(error);
    // The form of a JSON-RPC error; others are the signer's or the signal's own.
    if (!/^-?\d{4,5}: /.test(message)) return error;
    return explainPoolError(call, message, this.#connection.api.runtimeVersion.specVersion.toNumber());
  }
}

function isCutOff(error: unknown): boolean {
  return error instanceof Error && /^disconnected from /.test(error.message);
}
