import type { AxonEndpoint, Chain, Log, Metagraph } from '@vision-sdk/core';
import type { ResolvedConfig } from '../host/config-schema.ts';
import type { Dispatcher } from '../host/dispatcher-types.ts';
import { Filters, type HelplessFilter, helplessFilters } from '../host/filters.ts';
import type { Registry } from '../host/registry.ts';
import type { Keypair } from '../wire/keypair.ts';
import type { NonceJournal } from '../wire/nonce-store.ts';
import { createAdmission, type MinerAdmission } from './admission.ts';
import { announce, announceIfLost, externalEndpoint } from './announce.ts';
import type { Axon, AxonOptions } from './axon/types.ts';
import { createAxon } from './axon.ts';
import { healthOf, helplessText } from './health.ts';
import { createMetrics, type MinerMetrics } from './metrics.ts';
import { openMetricsServer } from './metrics-server.ts';
import { createRoutes } from './routes.ts';
import { SubnetView } from './subnet-view.ts';

/** What a miner is made of, all of it values: tests pass fakes. The caller owns and disposes chain and dispatcher. */
export interface MinerOptions {
  readonly config: ResolvedConfig;
  readonly registry: Registry;
  readonly chain: Chain;
  readonly keypair: Keypair;
  readonly dispatcher: Dispatcher;
  readonly log: Log;
  /** Where used nonces outlive the process; in memory only without it. */
  readonly nonces?: NonceJournal | undefined;
}

/** A miner that listens and has told the chain where. */
export interface Miner extends AsyncDisposable {
  /** Where the axon listens. */
  readonly endpoint: AxonEndpoint;
  /** Where `/health` and `/metrics` are, when `miner.metricsPort` takes them off the axon's port. */
  readonly metrics?: AxonEndpoint;
  /** Takes nothing new, lets running requests end within `miner.drainMs`, then closes. Safe to call again. */
  drain(): Promise<void>;
}

/** Starts a miner: reads the subnet, listens, announces. Closes what it opened when a step fails. Installs no signal handlers. */
export async function createMiner(options: MinerOptions): Promise<Miner> {
  const miner = new RunningMiner(options);
  try {
    await miner.start();
    return miner;
  } catch (error) {
    await miner[Symbol.asyncDispose]();
    throw error;
  }
}

class RunningMiner implements Miner {
  readonly #options: MinerOptions;
  /** Besides the axon, in the order of opening; closed in reverse. */
  readonly #opened: AsyncDisposable[] = [];
  #axon: Axon | undefined;
  #endpoint: AxonEndpoint = { host: '', port: 0 };
  metrics?: AxonEndpoint;
  #announced: AxonEndpoint | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: MinerOptions) {
    this.#options = options;
  }

  get endpoint(): AxonEndpoint {
    return this.#endpoint;
  }

  async start(): Promise<void> {
    const { config, registry, chain, keypair, dispatcher, log } = this.#options;
    const { miner } = config;
    const definition = registry.chains.get(config.chain) ?? {};
    externalEndpoint(config, miner, definition);
    const filters = this.#open(await Filters.create(registry, config.filters, log));
    const view = this.#open(await SubnetView.open({ chain, log, onRead: (metagraph) => this.#stayAnnounced(metagraph) }));
    const metrics = createMetrics({ stats: () => dispatcher.stats(), open: () => admission.open, age: () => view.age() });
    const admission = createAdmission({
      standings: view,
      minStakeTao: miner.minStakeTao,
      allow: miner.allow,
      maxOpen: miner.queue,
      onDecision: metrics.decided,
    });
    for (const helpless of this.#helpless()) log.error(helpless, `${helplessText(helpless)}.`);
    const routes = createRoutes({ registry, dispatcher, admission, filters, log });
    this.#axon = createAxon({
      keypair,
      routes,
      ping: { early: (hotkey) => admission.early(hotkey) },
      legacyUptimeNonces: miner.legacyUptimeNonces,
      caps: { maxBodyBytes: miner.maxBodyBytes },
      nonces: this.#options.nonces,
      plainRoutes: await this.#routesForAxon(this.#plainRoutes(view, admission, metrics)),
      onServed: metrics.served,
      log,
    });
    this.#endpoint = await this.#axon.listen({ host: miner.host, port: miner.port });
    const external = externalEndpoint(config, this.#endpoint, definition);
    await announce(chain, keypair, external, log);
    this.#announced = external;
    log.info({ ...this.#endpoint, hotkey: keypair.address, operations: routes.map(({ synapse }) => synapse.name) }, 'The miner listens');
  }

  drain(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.drain();
  }

  async #close(): Promise<void> {
    await this.#axon?.close({ graceMs: this.#options.config.miner.drainMs });
    while (this.#opened.length > 0) await this.#opened.pop()?.[Symbol.asyncDispose]();
  }

  #stayAnnounced(metagraph: Metagraph): void {
    if (this.#announced === undefined || this.#closing !== undefined) return;
    void announceIfLost(this.#options, metagraph, this.#announced);
  }

  #helpless(): readonly HelplessFilter[] {
    const { config, registry, dispatcher } = this.#options;
    return helplessFilters(registry, config.filters, (synapse) => dispatcher.serves(synapse));
  }

  #open<T extends AsyncDisposable>(resource: T): T {
    this.#opened.push(resource);
    return resource;
  }

  /** The plain routes, unless they have a port of their own. */
  async #routesForAxon<Routes extends NonNullable<AxonOptions['plainRoutes']>>(routes: Routes): Promise<Routes | Record<never, never>> {
    const { metricsHost: host, metricsPort: port } = this.#options.config.miner;
    if (port === undefined) return routes;
    const server = this.#open(await openMetricsServer(routes, { host, port }));
    this.metrics = server.endpoint;
    this.#options.log.info({ ...server.endpoint }, 'Health and metrics are here, and not on the axon.');
    return {};
  }

  #plainRoutes(view: SubnetView, admission: MinerAdmission, metrics: MinerMetrics) {
    const { dispatcher, keypair } = this.#options;
    const facts = () => ({
      hotkey: keypair.address,
      uid: view.find(keypair.address)?.uid,
      draining: this.#closing !== undefined,
      open: admission.open,
      stats: dispatcher.stats(),
      operations: dispatcher.served().length,
      helpless: this.#helpless(),
      age: view.age(),
    });
    return {
      '/health': async () => healthOf(facts()),
      '/metrics': async () => ({ status: 200, contentType: metrics.contentType, body: await metrics.render() }),
    } as const;
  }
}
