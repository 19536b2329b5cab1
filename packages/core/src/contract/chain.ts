import type { Log } from './log.ts';

type Brand<Base, Name extends string> = Base & { readonly '~vision': Name };
/** Position of a neuron in the metagraph. Reused when a neuron is replaced: keep scores by hotkey. */
export type Uid = Brand<number, 'Uid'>;
/** SS58 address (format 42) of a hotkey. */
export type Hotkey = Brand<string, 'Hotkey'>;

/** A block of the chain. */
export interface Block {
  readonly number: number;
  readonly hash: string;
  readonly timestampMs: number;
}

/** Proof that the chain took a call. */
export interface Receipt {
  readonly block: number;
  /** `committed`: weights are hidden until their reveal; `unchanged`: the chain already had the same, nothing was sent. */
  readonly status: 'included' | 'finalized' | 'committed' | 'unchanged';
}

/** Subnet parameters that weights depend on. Blocks where nothing else is said. */
export interface Hyperparameters {
  readonly tempo: number;
  /** Least number of blocks between two weight calls of one validator. */
  readonly weightsRateLimit: number;
  readonly weightsVersionKey: number;
  readonly minAllowedWeights: number;
  /** Largest share of one weight, 0 to 1. */
  readonly maxWeight: number;
  readonly commitReveal: boolean;
}

/** Signs with an sr25519 key. */
export interface Signer {
  /** SS58 address, format 42. */
  readonly address: string;
  /** 64-byte sr25519 signature (context `substrate`). */
  sign(message: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/** Where a neuron listens. */
export interface AxonEndpoint {
  readonly host: string;
  readonly port: number;
}

/** A registered neuron as the metagraph shows it. Shares are 0 to 1. */
export interface Neuron {
  readonly uid: Uid;
  readonly hotkey: Hotkey;
  readonly coldkey: string;
  /** 1 TAO is 1,000,000,000 rao. */
  readonly stakeRao: bigint;
  /** Absent when the neuron serves nothing. */
  readonly axon?: AxonEndpoint;
  readonly validatorPermit: boolean;
  readonly active: boolean;
  readonly incentive: number;
  readonly trust: number;
  readonly dividends: number;
  /** Block of the last weights call. */
  readonly lastUpdate: number;
}

/** The subnet at one block. */
export interface Metagraph {
  readonly netuid: number;
  readonly block: Block;
  readonly nextEpochBlock: number;
  /** By uid, ascending. */
  readonly neurons: readonly Neuron[];
}

/** A chain, as miners and validators need it. Every method may throw a VisionError of the chain's package. */
export interface Chain extends AsyncDisposable {
  readonly netuid: number;
  /** New blocks as they come, ending when the signal aborts. */
  blocks(signal: AbortSignal): AsyncIterable<Block>;
  metagraph(options?: { readonly atBlock?: number; readonly signal?: AbortSignal }): Promise<Metagraph>;
  hyperparameters(signal?: AbortSignal): Promise<Hyperparameters>;
  /** What `register` would take from the coldkey for good at this moment, in rao, its fee aside. A chain without it says nothing about costs. */
  registrationCostRao?(signal?: AbortSignal): Promise<bigint>;
  register(keys: { readonly coldkey: Signer; readonly hotkey: Hotkey }, signal?: AbortSignal): Promise<Receipt>;
  serveAxon(hotkey: Signer, endpoint: AxonEndpoint, signal?: AbortSignal): Promise<Receipt>;
  /** Shares by uid; the chain normalises them to its own form. */
  setWeights(
    hotkey: Signer,
    weights: ReadonlyMap<Uid, number>,
    options: { readonly versionKey: number; readonly signal?: AbortSignal },
  ): Promise<Receipt>;
}

/** What `connect` gets. */
export interface ConnectContext {
  readonly netuid: number;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** A chain as a plugin contributes it. */
export interface ChainDefinition {
  /** kebab-case, named by `chain` in the config. */
  readonly id: string;
  /** All its neurons are on this machine: joining costs nothing, so they do it by themselves, and loopback addresses are right. Default false. */
  readonly local?: boolean;
  connect(context: ConnectContext): Promise<Chain>;
}
