import type {
  AxonEndpoint,
  Block,
  Chain,
  ConnectContext,
  Hotkey,
  Hyperparameters,
  Metagraph,
  Receipt,
  Signer,
  Uid,
} from '@vision-sdk/core';
import { type Connection, connect } from './connection/connection.ts';
import { within } from './connection/deadline.ts';
import { State } from './connection/state.ts';
import { fail } from './errors.ts';
import type { SubtensorOptions } from './options.ts';
import { Heads, headAt, toBlock } from './reads/heads.ts';
import { readBurn, readHyperparameters } from './reads/hyperparameters.ts';
import { Metagraphs } from './reads/metagraph.ts';
import type { CallContext } from './writes/context.ts';
import { register } from './writes/register.ts';
import { Reveals } from './writes/reveals.ts';
import { serveAxon } from './writes/serve-axon.ts';
import { setWeights } from './writes/set-weights.ts';
import { Submitter } from './writes/submit.ts';

/** Bittensor's chain over one long-lived connection. */
export class SubtensorChain implements Chain {
  readonly netuid: number;
  readonly #connection: Connection;
  readonly #closing = new AbortController();
  readonly #heads: Heads;
  readonly #metagraphs: Metagraphs;
  readonly #context: Omit<CallContext, 'signal'>;
  readonly #reveals: Reveals;

  constructor(connection: Connection, options: SubtensorOptions, { netuid, log }: Pick<ConnectContext, 'netuid' | 'log'>) {
    this.netuid = netuid;
    this.#connection = connection;
    this.#heads = new Heads(connection, this.#closing.signal);
    this.#metagraphs = new Metagraphs(connection, { netuid, mechanism: options.mechanism });
    const submitter = new Submitter(connection, options, this.#heads);
    this.#context = { netuid, connection, options, log, heads: this.#heads, submitter };
    this.#reveals = new Reveals({ ...this.#context, signal: this.#closing.signal });
  }

  /** Connects, and checks that the subnet exists. Throws UNREACHABLE, NOT_SUBTENSOR or SUBNET_NOT_FOUND. */
  static async open(options: SubtensorOptions, context: ConnectContext): Promise<SubtensorChain> {
    const connection = await connect(options, context);
    const chain = new SubtensorChain(connection, options, context);
    try {
      const state = await chain.#state();
      if ((await state.get('networksAdded', context.netuid)) !== true) throw fail('SUBNET_NOT_FOUND', { netuid: context.netuid });
    } catch (error) {
      await chain[Symbol.asyncDispose]();
      throw error;
    }
    return chain;
  }

  async *blocks(signal: AbortSignal): AsyncGenerator<Block> {
    for await (const head of this.#heads.follow(signal)) yield await toBlock(this.#connection, head);
  }

  /** Throws BLOCK_NOT_FOUND for a block to come or one whose state the node forgot. */
  async metagraph(options: { readonly atBlock?: number; readonly signal?: AbortSignal } = {}): Promise<Metagraph> {
    return this.#abortable(options.signal, () => this.#metagraphs.read(options.atBlock));
  }

  async hyperparameters(signal?: AbortSignal): Promise<Hyperparameters> {
    return this.#abortable(signal, async () => readHyperparameters(await this.#state(), this.netuid));
  }

  /** The subnet's price, which rises with each registration and falls with time: it may be another in the block that takes the call. */
  async registrationCostRao(signal?: AbortSignal): Promise<bigint> {
    return this.#abortable(signal, async () => readBurn(await this.#state(), this.netuid));
  }

  /** Burns the subnet's present price from the coldkey. `unchanged` when this coldkey registered the hotkey before. */
  async register(keys: { readonly coldkey: Signer; readonly hotkey: Hotkey }, signal?: AbortSignal): Promise<Receipt> {
    return register(this.#call(signal), keys);
  }

  /** `unchanged` when the chain already has this axon. */
  async serveAxon(hotkey: Signer, endpoint: AxonEndpoint, signal?: AbortSignal): Promise<Receipt> {
    return serveAxon(this.#call(signal), hotkey, endpoint);
  }

  /** Waits for the rate limit; `committed` on subnets that hide weights until a later epoch. */
  async setWeights(
    hotkey: Signer,
    weights: ReadonlyMap<Uid, number>,
    options: { readonly versionKey: number; readonly signal?: AbortSignal },
  ): Promise<Receipt> {
    return setWeights(this.#call(options.signal), { hotkey, weights, versionKey: options.versionKey, reveals: this.#reveals });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(fail('CLOSED', { method: 'the call' }));
    await this.#connection[Symbol.asyncDispose]();
  }

  async #state(): Promise<State> {
    const head = await headAt(this.#connection);
    return State.at(this.#connection, head?.hash ?? '');
  }

  #call(signal: AbortSignal | undefined): CallContext {
    return { ...this.#context, signal: signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal]) };
  }

  /** Reads cannot be called off on the wire; their caller stops waiting. */
  #abortable<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    const stop = signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal]);
    stop.throwIfAborted();
    const ms = 2 ** 31 - 1;
    return within(work(), { ms, signal: stop, error: () => fail('CALL_TIMEOUT', { method: 'the read', waitedMs: ms }) });
  }
}
