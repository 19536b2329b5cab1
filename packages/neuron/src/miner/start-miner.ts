import { resolve } from 'node:path';
import type { AxonEndpoint, Log } from '@vision-sdk/core';
import type { LoadedConfig } from '../host/config.ts';
import { type Container, token } from '../host/container.ts';
import { IDENTITY, neuronServices, standOn } from '../host/ground.ts';
import { createLog } from '../host/log.ts';
import { createMiner, type Miner } from './create-miner.ts';
import { NonceFile } from './nonce-file.ts';
import { type SignalSource, stopOnSignals } from './stop-signals.ts';

/** A miner with all that it stands on. */
export interface StartedMiner extends AsyncDisposable {
  readonly endpoint: AxonEndpoint;
  readonly hotkey: string;
  /** Resolves once the miner has stopped, in whatever way. */
  readonly stopped: Promise<void>;
  /** Takes nothing new, lets running requests end, then closes everything in reverse order. Safe to call again. */
  drain(): Promise<void>;
}

/** What may be given instead of what the config makes. */
export interface StartOptions {
  readonly log?: Log;
  /** Whose SIGTERM and SIGINT stop the miner, such as `process`; none by default. */
  readonly signals?: SignalSource;
}

const MINER = token<Promise<Miner>>('miner');
const NONCES = token<Promise<NonceFile | undefined>>('nonces');

/** Starts a miner from a config: plugins, keys, chain, registration, dispatcher, axon. Undoes what it did when a step fails. */
export async function startMiner(loaded: LoadedConfig, options: StartOptions = {}): Promise<StartedMiner> {
  const log = options.log ?? createLog({ level: loaded.config.logLevel, fields: { role: 'miner' } });
  const services = minerServices(loaded, log);
  try {
    const miner = await services.get(MINER);
    const { hotkey } = await services.get(IDENTITY);
    return new Started({ services, miner, hotkey: hotkey.address, log, ...options });
  } catch (error) {
    await services[Symbol.asyncDispose]();
    throw error;
  }
}

function minerServices(loaded: LoadedConfig, log: Log): Container {
  const { config, folder } = loaded;
  const file = config.miner.nonces;
  return neuronServices(loaded, log)
    .bind(NONCES, async (services) => {
      const { hotkey } = await services.get(IDENTITY);
      return NonceFile.open(file === ':memory:' ? file : resolve(folder, file), { axon: hotkey.address, log });
    })
    .bind(MINER, async (services) => {
      // Asked for first, so that it is disposed of after the miner.
      const opening = services.get(NONCES);
      const { identity, ...ground } = await standOn(services, loaded, log);
      return createMiner({ config, keypair: identity.hotkey, log, nonces: await opening, ...ground });
    });
}

interface StartedParts extends StartOptions {
  readonly services: Container;
  readonly miner: Miner;
  readonly hotkey: string;
  readonly log: Log;
}

class Started implements StartedMiner {
  readonly endpoint: AxonEndpoint;
  readonly hotkey: string;
  readonly stopped: Promise<void>;
  readonly #parts: StartedParts;
  readonly #stopped = Promise.withResolvers<void>();
  readonly #ignoreSignals: () => void;
  #stopping: Promise<void> | undefined;

  constructor(parts: StartedParts) {
    this.#parts = parts;
    this.endpoint = parts.miner.endpoint;
    this.hotkey = parts.hotkey;
    this.stopped = this.#stopped.promise;
    this.#ignoreSignals = parts.signals === undefined ? () => {} : stopOnSignals(parts.signals, parts.log, () => this.drain());
  }

  drain(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.drain();
  }

  async #stop(): Promise<void> {
    const { miner, services, log } = this.#parts;
    try {
      await miner.drain();
      await services[Symbol.asyncDispose]();
      log.info({}, 'The miner has stopped');
    } finally {
      this.#ignoreSignals();
      this.#stopped.resolve();
    }
  }
}
