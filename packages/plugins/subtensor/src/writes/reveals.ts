import { randomInt } from 'node:crypto';
import { blake2b } from '@noble/hashes/blake2.js';
import { type Receipt, type Signer, VisionError } from '@vision-sdk/core';
import { State } from '../connection/state.ts';
import { nextEpochBlock } from '../reads/epochs.ts';
import { type Commit, CommitStore } from './commit-store.ts';
import { type CallContext, send } from './context.ts';
import type { WeightVector } from './set-weights.ts';
import type { WeightTerms } from './weight-terms.ts';

const SALT_LENGTH = 8;
const U16_VALUES = 65_536;
const MECHANISM_STRIDE = 4096;

/** Hash commits of weights: keeps what was committed and reveals it when the chain lets it. */
export class Reveals {
  readonly #context: CallContext;
  readonly #store: CommitStore;
  readonly #signers = new Map<string, Signer>();
  #running: Promise<void> | undefined;

  constructor(context: CallContext) {
    this.#context = context;
    this.#store = new CommitStore(context.options.commitsFile);
  }

  /** Commits to a vector; it is revealed by itself in its epoch, and after a restart once this hotkey sets weights again. */
  async commit(hotkey: Signer, { terms, vector }: { readonly terms: WeightTerms; readonly vector: WeightVector }): Promise<Receipt> {
    const salt = Array.from({ length: SALT_LENGTH }, () => randomInt(U16_VALUES));
    const hash = this.#hash(hotkey.address, vector, salt);
    const receipt = await send(this.#context, this.#callFor('commit', [hash], hotkey));
    this.#signers.set(hotkey.address, hotkey);
    if (receipt.status !== 'unchanged') {
      const revealFrom = await this.#revealBlock(receipt.block, terms);
      await this.#store.add({ ...vector, hotkey: hotkey.address, netuid: this.#context.netuid, salt, revealFrom });
    }
    this.#start();
    return receipt.status === 'unchanged' ? receipt : { ...receipt, status: 'committed' };
  }

  #hash(hotkey: string, { uids, values, versionKey }: WeightVector, salt: readonly number[]): string {
    const { netuid, connection, options } = this.#context;
    const fields = [hotkey, netuid + options.mechanism * MECHANISM_STRIDE, uids, values, salt, versionKey];
    const bytes = connection.api.createType('(AccountId32,u16,Vec<u16>,Vec<u16>,Vec<u16>,u64)', fields).toU8a();
    return `0x${Buffer.from(blake2b(bytes, { dkLen: 32 })).toString('hex')}`;
  }

  /** The first block of the epoch in which the chain takes the reveal of a commit in `block`. */
  async #revealBlock(block: number, { tempo, revealPeriodEpochs }: WeightTerms): Promise<number> {
    const { connection, netuid } = this.#context;
    const state = await State.at(connection, await connection.request<string>('chain_getBlockHash', [block]));
    const epoch = await nextEpochBlock(state, netuid, block - 1);
    return epoch + 1 + (Math.max(1, revealPeriodEpochs) - 1) * (tempo + 1);
  }

  #callFor(kind: 'commit' | 'reveal', args: readonly unknown[], signer: Signer) {
    const { netuid, options } = this.#context;
    if (options.mechanism === 0) return { name: `${kind}Weights`, args: [netuid, ...args], signer };
    return { name: `${kind}MechanismWeights`, args: [netuid, options.mechanism, ...args], signer };
  }

  #start(): void {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  async #run(): Promise<void> {
    const { heads, signal, log } = this.#context;
    try {
      for await (const { number } of heads.follow(signal)) {
        const open = (await this.#store.all()).filter(({ hotkey }) => this.#signers.has(hotkey));
        if (open.length === 0) return;
        for (const commit of open) if (commit.revealFrom <= number) await this.#reveal(commit);
      }
    } catch (error) {
      if (!signal.aborted)
        log.error({ error: String(error) }, 'committed weights could not be revealed; they are tried again with the next weights');
    }
  }

  async #reveal(commit: Commit): Promise<void> {
    const { log, signal } = this.#context;
    const { uids, values, salt, versionKey, hotkey } = commit;
    const signer = this.#signers.get(hotkey);
    if (signer === undefined) return;
    try {
      await send(this.#context, this.#callFor('reveal', [uids, values, salt, versionKey], signer));
    } catch (error) {
      if (signal.aborted || isTooEarly(error)) return;
      log.error({ error: String(error), hotkey }, 'committed weights could not be revealed');
    }
    await this.#store.remove(commit);
  }
}

function isTooEarly(error: unknown): boolean {
  return VisionError.is(error, 'VISION_SUBTENSOR_REVEAL_REFUSED') && error.message.includes('RevealTooEarly');
}
