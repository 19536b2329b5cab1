import type { AxonEndpoint, Block, Chain, Hotkey, Hyperparameters, Metagraph, Neuron, Receipt, Signer, Uid } from '@vision-sdk/core';
import { checkAxon } from './axon.ts';
import { followBlocks } from './blocks.ts';
import { type Clock, systemClock } from './clock.ts';
import { catchUp, epochBlockFrom, epochIsDue } from './epochs.ts';
import { fail } from './errors.ts';
import type { LocalChainOptions } from './options.ts';
import { registerNeuron } from './registration.ts';
import { decodeAddress } from './signing/address.ts';
import { recordCall, type SignedCall, signCall } from './signing/calls.ts';
import { Database } from './store/database.ts';
import { blockHash, type Genesis, openGenesis } from './store/genesis.ts';
import { findNeuron, type NeuronState, readMeta, readNeurons, saveNeuron, saveRow } from './store/state.ts';
import { toRao } from './tao.ts';
import { checkWeightCall, toStoredWeights, toWeightCall, type WeightCall } from './weights.ts';

const U16_MAX = 65_535;

/** A chain in one SQLite file. Nothing runs in the background: time makes the blocks, and whoever comes first after an epoch's block runs it. */
export class LocalChain implements Chain {
  readonly netuid: number;
  readonly #clock: Clock;
  readonly #db: Database;
  readonly #genesis: Genesis;

  constructor(options: LocalChainOptions, context: { readonly netuid: number; readonly clock?: Clock }) {
    this.netuid = context.netuid;
    this.#clock = context.clock ?? systemClock;
    this.#db = new Database(options.file, options.busyTimeoutMs);
    try {
      this.#genesis = openGenesis(this.#db, options, { netuid: this.netuid, clock: this.#clock });
    } catch (error) {
      this.#db[Symbol.dispose]();
      throw error;
    }
  }

  async *blocks(signal: AbortSignal): AsyncGenerator<Block> {
    const { genesisMs, parameters } = this.#genesis;
    const source = { current: () => this.#block(this.#head()), startOf: (block: number) => genesisMs + block * parameters.blockMs };
    yield* followBlocks(source, this.#clock, signal);
  }

  /** Epochs that are due run first. Throws VISION_LOCAL_CHAIN_BLOCK_NOT_KEPT for a block that is to come or too long ago. */
  async metagraph(options: { readonly atBlock?: number; readonly signal?: AbortSignal } = {}): Promise<Metagraph> {
    options.signal?.throwIfAborted();
    const head = this.#runDueEpochs();
    const block = options.atBlock ?? head;
    this.#checkKept(block, head);
    const neurons = readNeurons(this.#db, block).map(toNeuron);
    const nextEpochBlock = epochBlockFrom(block + 1, this.#genesis.parameters);
    return { netuid: this.netuid, block: this.#block(block), nextEpochBlock, neurons };
  }

  async hyperparameters(signal?: AbortSignal): Promise<Hyperparameters> {
    signal?.throwIfAborted();
    const { tempo, weightsRateLimit, weightsVersionKey, minAllowedWeights, maxWeight } = this.#genesis.parameters;
    return { tempo, weightsRateLimit, weightsVersionKey, minAllowedWeights, maxWeight, commitReveal: false };
  }

  /** Nothing: money is not modelled. */
  async registrationCostRao(signal?: AbortSignal): Promise<bigint> {
    signal?.throwIfAborted();
    return 0n;
  }

  /** Signed by the coldkey. Costs nothing. `unchanged` when the coldkey registered this hotkey before. */
  async register({ coldkey, hotkey }: { readonly coldkey: Signer; readonly hotkey: Hotkey }, signal?: AbortSignal): Promise<Receipt> {
    decodeAddress(hotkey);
    const call = await this.#sign(coldkey, { name: 'register', args: { netuid: this.netuid, hotkey } });
    return this.#submit(call, signal, (block) => {
      return registerNeuron(this.#db, this.#genesis.parameters, { hotkey, coldkey: coldkey.address, block });
    });
  }

  async serveAxon(hotkey: Signer, { host, port }: AxonEndpoint, signal?: AbortSignal): Promise<Receipt> {
    checkAxon({ host, port });
    const call = await this.#sign(hotkey, { name: 'serve_axon', args: { netuid: this.netuid, host, port } });
    return this.#submit(call, signal, (block) => {
      const neuron = this.#registered(readNeurons(this.#db, block), hotkey.address);
      if (neuron.axon?.host === host && neuron.axon.port === port) return false;
      saveNeuron(this.#db, block, { ...neuron, axon: { host, port } });
      return true;
    });
  }

  async setWeights(
    hotkey: Signer,
    weights: ReadonlyMap<Uid, number>,
    options: { readonly versionKey: number; readonly signal?: AbortSignal },
  ): Promise<Receipt> {
    return this.setRawWeights(hotkey, toWeightCall(weights, options.versionKey), options.signal);
  }

  /** The weight call as it stands on chain, without normalising. */
  async setRawWeights(hotkey: Signer, weights: WeightCall, signal?: AbortSignal): Promise<Receipt> {
    const call = await this.#sign(hotkey, { name: 'set_weights', args: { netuid: this.netuid, ...weights } });
    return this.#submit(call, signal, (block) => {
      const neurons = readNeurons(this.#db, block);
      const caller = this.#registered(neurons, hotkey.address);
      checkWeightCall(weights, { parameters: this.#genesis.parameters, block, neurons, caller });
      saveRow(this.#db, 'weights', { uid: caller.uid, row: toStoredWeights(weights) });
      saveNeuron(this.#db, block, { ...caller, lastUpdate: block });
      return true;
    });
  }

  /** Adds stake to a hotkey out of thin air: money is not modelled. Negative amounts take stake away, down to 0. */
  async addStake(hotkey: Hotkey, tao: number): Promise<void> {
    decodeAddress(hotkey);
    this.#atHead((block) => {
      const before = BigInt(String(this.#db.get('SELECT stake_rao FROM hotkeys WHERE hotkey = ?', hotkey)?.stake_rao ?? '0'));
      const after = before + toRao(tao);
      const stakeRao = after < 0n ? 0n : after;
      this.#db.run(
        'INSERT INTO hotkeys (hotkey, stake_rao) VALUES (?, ?) ON CONFLICT (hotkey) DO UPDATE SET stake_rao = excluded.stake_rao',
        hotkey,
        String(stakeRao),
      );
      const neuron = findNeuron(readNeurons(this.#db, block), hotkey);
      if (neuron !== undefined) saveNeuron(this.#db, block, { ...neuron, stakeRao });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#db[Symbol.dispose]();
  }

  #sign(signer: Signer, call: { readonly name: string; readonly args: unknown }): Promise<SignedCall> {
    return signCall(signer, blockHash(this.#genesis, 0), call);
  }

  /** Applies a signed call in one durable transaction; `apply` returns false when there is nothing to change. */
  #submit(call: SignedCall, signal: AbortSignal | undefined, apply: (block: number) => boolean): Receipt {
    signal?.throwIfAborted();
    return this.#atHead((block) => {
      if (!apply(block)) return { block, status: 'unchanged' };
      recordCall(this.#db, block, call);
      return { block, status: 'included' };
    });
  }

  #atHead<T>(work: (block: number) => T): T {
    return this.#db.transaction(() => {
      const block = this.#head();
      catchUp(this.#db, this.#genesis, block);
      return work(block);
    });
  }

  #runDueEpochs(): number {
    const head = this.#head();
    return epochIsDue(this.#db, this.#genesis, head) ? this.#atHead((block) => block) : head;
  }

  /** The newest block: what the clock says, but never before what was written (clocks go back). */
  #head(): number {
    const { genesisMs, parameters } = this.#genesis;
    const byClock = Math.floor((this.#clock.now() - genesisMs) / parameters.blockMs);
    return Math.max(byClock, Number(readMeta(this.#db, 'head') ?? 0));
  }

  #block(number: number): Block {
    const { genesisMs, parameters } = this.#genesis;
    return { number, hash: blockHash(this.#genesis, number), timestampMs: genesisMs + number * parameters.blockMs };
  }

  #checkKept(block: number, head: number): void {
    const from = Math.max(0, head - this.#genesis.parameters.historyBlocks);
    if (!Number.isInteger(block) || block < from || block > head) throw fail('BLOCK_NOT_KEPT', { block, from, head });
  }

  #registered(neurons: readonly NeuronState[], hotkey: string): NeuronState {
    const neuron = findNeuron(neurons, hotkey);
    if (neuron === undefined) throw fail('HOTKEY_NOT_REGISTERED', { hotkey });
    return neuron;
  }
}

function toNeuron(state: NeuronState): Neuron {
  return {
    uid: state.uid as Uid,
    hotkey: state.hotkey as Hotkey,
    coldkey: state.coldkey,
    stakeRao: state.stakeRao,
    ...(state.axon === undefined ? {} : { axon: state.axon }),
    validatorPermit: state.validatorPermit,
    active: state.active,
    incentive: state.incentive / U16_MAX,
    trust: state.trust / U16_MAX,
    dividends: state.dividends / U16_MAX,
    lastUpdate: state.lastUpdate,
  };
}
