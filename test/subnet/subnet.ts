import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { VisionConfig } from '@vision-sdk/neuron/host';
import { keypairFromSeed } from '@vision-sdk/neuron/wire';
import type { NeuronMessage, ScoreMessage } from '../../packages/cli/src/neuron-messages.ts';
import { NeuronProcess } from './neuron-process.ts';
import type { Door } from './user.ts';

const CLOCK = {
  chain: { blockMs: 250, tempo: 5, weightsRateLimit: 4 },
  validator: { syntheticIntervalMs: 300, periodMs: 3_600_000, weightsIntervalMs: 1500, resyncMs: 1000 },
} as const;
const DEVICES = { cpu: { memory: '1GiB', threads: 1 } };

/** What the neurons of a subnet run, where it is not the upscaler. */
export interface SubnetOptions {
  /** Plugins of miners and validator besides the chain, and for the validator the judges. */
  readonly plugins?: NonNullable<VisionConfig['plugins']>;
  /** What every neuron's config says besides. */
  readonly common?: VisionConfig;
  readonly miners?: readonly string[];
  readonly validator?: VisionConfig['validator'];
}

/** What a miner's `/health` says that this test looks at. */
interface MinerHealth {
  readonly uid: number | null;
  readonly workerPid: number | undefined;
}

/** A subnet of real processes: one chain file, one validator with a gateway, two miners. Disposing of it kills them and removes the folder. */
export class Subnet implements AsyncDisposable {
  readonly folder: string;
  readonly apiKey = newSeed();
  readonly validator: NeuronProcess;
  readonly miners: readonly NeuronProcess[];
  /** The last thing the validator said; undefined from its start until it says something. */
  scores: ScoreMessage | undefined;
  /** Rounds by hotkey as the validator ever said; each of them may only rise. */
  readonly acknowledged = new Map<string, number>();
  /** What went wrong in what the validator said. */
  readonly complaints: string[] = [];
  #news = Promise.withResolvers<void>();

  private constructor(folder: string, options: SubnetOptions) {
    this.folder = folder;
    const seed = newSeed();
    const chain = { file: join(folder, 'chain.sqlite'), ...CLOCK.chain, genesisStake: { [keypairFromSeed(seed).address]: 10_000 } };
    const neuron = (name: string, role: 'miner' | 'validator', rest: VisionConfig) =>
      new NeuronProcess({ name, role, folder, listen: this.#listen, config: { ...common(chain, role, options), ...rest } });
    this.miners = (options.miners ?? ['one', 'two']).map((name) =>
      neuron(name, 'miner', { wallet: { seed: newSeed() }, miner: { host: '127.0.0.1', port: 0, drainMs: 5000 } }),
    );
    const gateway = { host: '127.0.0.1', port: 0, apiKey: this.apiKey };
    const settings = { ...CLOCK.validator, organicRoundRate: 0.5, store: this.store, gateway, ...options.validator };
    this.validator = neuron('judge', 'validator', { wallet: { seed }, validator: settings });
  }

  /** Starts all neurons. */
  static async start(options: SubnetOptions = {}): Promise<Subnet> {
    const subnet = new Subnet(await mkdtemp(join(tmpdir(), 'vision-subnet-')), options);
    try {
      await Promise.all(subnet.neurons.map((neuron) => neuron.start()));
      return subnet;
    } catch (error) {
      await subnet[Symbol.asyncDispose]();
      throw error;
    }
  }

  get neurons(): readonly NeuronProcess[] {
    return [...this.miners, this.validator];
  }

  /** The validator's database. */
  get store(): string {
    return join(this.folder, 'validator.sqlite');
  }

  /** The gateway, while there is one. */
  get door(): Door | undefined {
    const { url } = this.validator;
    return url === undefined ? undefined : { url, apiKey: this.apiKey };
  }

  /** Resolves when any neuron has said something or `note` was called. */
  get news(): Promise<void> {
    return this.#news.promise;
  }

  /** Wakes those who wait for `news`. */
  note(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers<void>();
  }

  /** Resolves once something is so, looked at whenever there is news. Throws after `withinMs`. */
  async until(what: string, isSo: () => boolean | Promise<boolean>, withinMs = 60_000): Promise<void> {
    const deadline = AbortSignal.timeout(withinMs);
    while (!(await isSo())) {
      if (deadline.aborted) throw new Error(`waited ${withinMs} ms for ${what}. The validator said: ${JSON.stringify(this.scores)}`);
      await Promise.race([this.news, new Promise((resolve) => deadline.addEventListener('abort', resolve, { once: true }))]);
    }
  }

  readonly #listen = (message: NeuronMessage): void => {
    if (message.vision === 'scoreboard') this.#take(message);
    this.note();
  };

  #take(message: ScoreMessage): void {
    this.scores = message;
    for (const { hotkey, rounds } of message.rows) {
      const before = this.acknowledged.get(hotkey) ?? 0;
      if (rounds < before) this.complaints.push(`${hotkey} had ${before} rounds and now has ${rounds}`);
      this.acknowledged.set(hotkey, Math.max(before, rounds));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.neurons.map((neuron) => neuron.kill()));
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** What a running miner says of itself. */
export async function healthOf({ url }: NeuronProcess): Promise<MinerHealth> {
  const response = await fetch(`${url}/health`);
  const { uid, models } = (await response.json()) as { uid: number | null; models: Record<string, { pid?: number }> };
  return { uid, workerPid: models['vision-x2']?.pid };
}

const UPSCALER: SubnetOptions = { plugins: ['@vision-sdk/plugin-upscale'], common: { devices: DEVICES, pinned: ['vision-x2'] } };

function common(chain: object, role: 'miner' | 'validator', options: SubnetOptions): VisionConfig {
  const { plugins = [], common: rest } = options.plugins === undefined ? UPSCALER : options;
  const judges = role === 'validator' ? ['@vision-sdk/plugin-image-similarity'] : [];
  return { ...rest, plugins: [['@vision-sdk/plugin-local-chain', { ...chain }], ...plugins, ...judges] };
}

function newSeed(): string {
  return `0x${randomBytes(32).toString('hex')}`;
}
