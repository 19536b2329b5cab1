import type { AxonEndpoint, Block, Chain, Hotkey, Hyperparameters, Metagraph, Neuron, Receipt, Uid } from '../../contract/chain.ts';
import { fakeNeuron } from './round.ts';

/** What a {@link FakeChain} starts with. */
export interface FakeChainOptions {
  readonly netuid?: number;
  readonly neurons?: readonly Neuron[];
  readonly hyperparameters?: Partial<Hyperparameters>;
  /** Default 0. */
  readonly registrationCostRao?: bigint;
}

const HYPERPARAMETERS: Hyperparameters = {
  tempo: 360,
  weightsRateLimit: 100,
  weightsVersionKey: 0,
  minAllowedWeights: 1,
  maxWeight: 1,
  commitReveal: false,
};

/** A chain in memory whose blocks come when the test says so. Checks nothing; remembers every call. */
export class FakeChain implements Chain {
  readonly netuid: number;
  /** Weights as they were set, by validator hotkey. */
  readonly weights = new Map<string, ReadonlyMap<Uid, number>>();
  #neurons: Neuron[];
  #block = 1;
  readonly #hyperparameters: Hyperparameters;
  readonly #registrationCostRao: bigint;
  readonly #waiting = new Set<() => void>();

  constructor(options: FakeChainOptions = {}) {
    this.netuid = options.netuid ?? 19;
    this.#neurons = [...(options.neurons ?? [])];
    this.#hyperparameters = { ...HYPERPARAMETERS, ...options.hyperparameters };
    this.#registrationCostRao = options.registrationCostRao ?? 0n;
  }

  /** Lets `count` blocks pass. */
  advance(count = 1): void {
    this.#block += count;
    for (const wake of [...this.#waiting]) wake();
  }

  async *blocks(signal: AbortSignal): AsyncIterable<Block> {
    for (let seen = 0; !signal.aborted; ) {
      if (seen < this.#block) {
        seen = this.#block;
        yield this.#head();
      } else await this.#nextBlock(signal);
    }
  }

  async metagraph(options: { readonly signal?: AbortSignal } = {}): Promise<Metagraph> {
    options.signal?.throwIfAborted();
    const { tempo } = this.#hyperparameters;
    const nextEpochBlock = (Math.floor(this.#block / tempo) + 1) * tempo;
    return { netuid: this.netuid, block: this.#head(), nextEpochBlock, neurons: [...this.#neurons] };
  }

  async hyperparameters(): Promise<Hyperparameters> {
    return this.#hyperparameters;
  }

  async registrationCostRao(): Promise<bigint> {
    return this.#registrationCostRao;
  }

  async register(keys: { readonly coldkey?: { readonly address: string }; readonly hotkey: Hotkey }): Promise<Receipt> {
    if (this.#neurons.some(({ hotkey }) => hotkey === keys.hotkey)) return this.#receipt('unchanged');
    const { axon: _, ...neuron } = fakeNeuron(this.#neurons.length, {
      hotkey: keys.hotkey,
      ...(keys.coldkey === undefined ? {} : { coldkey: keys.coldkey.address }),
    });
    this.#neurons.push(neuron);
    return this.#receipt('included');
  }

  async serveAxon(hotkey: { readonly address: string }, endpoint: AxonEndpoint): Promise<Receipt> {
    const known = this.#neurons.find((neuron) => neuron.hotkey === hotkey.address)?.axon;
    if (known?.host === endpoint.host && known.port === endpoint.port) return this.#receipt('unchanged');
    this.#neurons = this.#neurons.map((neuron) => (neuron.hotkey === hotkey.address ? { ...neuron, axon: endpoint } : neuron));
    return this.#receipt('included');
  }

  async setWeights(hotkey: { readonly address: string }, weights: ReadonlyMap<Uid, number>): Promise<Receipt> {
    this.weights.set(hotkey.address, new Map(weights));
    this.#neurons = this.#neurons.map((neuron) => (neuron.hotkey === hotkey.address ? { ...neuron, lastUpdate: this.#block } : neuron));
    return this.#receipt('included');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const wake of [...this.#waiting]) wake();
  }

  #head(): Block {
    return { number: this.#block, hash: `0x${this.#block.toString(16).padStart(64, '0')}`, timestampMs: this.#block * 12_000 };
  }

  #receipt(status: Receipt['status']): Receipt {
    return { block: this.#block, status };
  }

  #nextBlock(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake);
    });
  }
}
