import type { AnySynapse, ChunkOf, ResponseOf } from '@vision-sdk/core';
import { systemClock } from './clock.ts';
import type { Clock, Dispatcher, DispatcherOptions, DispatcherStats, RunOptions } from './dispatcher-types.ts';
import { fail } from './errors.ts';
import { Job } from './job.ts';
import { Lanes } from './lanes.ts';
import type { ModelSlot } from './model-slot.ts';
import { nextMoves, residentsOf } from './moves.ts';
import { choosePlacement, usedBytes } from './placement.ts';
import { runJob } from './run-job.ts';
import { selectPipeline } from './select.ts';
import { createSlots, devicesOf } from './slots.ts';

/**
 * Creates a dispatcher and loads the pinned models.
 * Throws for a config that names unknown models, devices or components, for pinned models that do not fit, and when a pinned model cannot be loaded.
 */
export async function createDispatcher(options: DispatcherOptions): Promise<Dispatcher> {
  const dispatcher = new QueueingDispatcher(options);
  try {
    await dispatcher.loadPinned();
    return dispatcher;
  } catch (error) {
    await dispatcher[Symbol.asyncDispose]();
    throw error;
  }
}

class QueueingDispatcher implements Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #clock: Clock;
  readonly #lanes: Lanes;
  readonly #slots: ReadonlyMap<string, ModelSlot>;
  readonly #open = new Set<Promise<unknown>>();
  readonly #jobs = new Set<Job>();
  readonly #loads = new Set<Promise<void>>();
  #accepting = true;
  #started = false;
  #disposed = false;
  #sequence = 0;
  #uses = 0;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    const devices = devicesOf(options);
    this.#lanes = new Lanes(devices);
    this.#slots = createSlots(options, devices, () => this.#pump());
  }

  async loadPinned(): Promise<void> {
    const pinned = [...this.#slots.values()].filter((slot) => slot.pinned);
    const loads = await Promise.allSettled(pinned.map((slot) => slot.load(Promise.resolve())));
    const failed = loads.find((load) => load.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    this.#started = true;
  }

  async run<S extends AnySynapse>(synapse: S, request: unknown, options: RunOptions<S>): Promise<ResponseOf<S>> {
    if (!this.#accepting) throw fail('STOPPED', { synapse: synapse.name });
    const running = this.#run(synapse, request, options);
    this.#open.add(running);
    try {
      return (await running) as ResponseOf<S>;
    } finally {
      this.#open.delete(running);
    }
  }

  serves(synapse: Pick<AnySynapse, 'name' | 'version'>): boolean {
    return this.#options.registry.pipelinesFor(synapse).some(({ model }) => this.#slots.has(model.id));
  }

  served(): readonly AnySynapse[] {
    return [...this.#options.registry.synapses.values()].filter((synapse) => this.serves(synapse));
  }

  stats(): DispatcherStats {
    const slots = [...this.#slots.values()];
    const used = usedBytes(slots.filter(({ holdsMemory }) => holdsMemory).map(({ placement }) => placement));
    const devices = this.#lanes.devices.map((device) =>
      this.#lanes.stats(device, { usedBytes: used.get(device.id) ?? 0, running: this.#runningOn(device.id) }),
    );
    return { devices, models: slots.map((slot) => slot.stats()) };
  }

  async drain(): Promise<void> {
    this.#accepting = false;
    while (this.#open.size > 0) await Promise.allSettled(this.#open);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#accepting = false;
    this.#disposed = true;
    for (const job of this.#lanes.waiting()) this.#lanes.remove(job);
    for (const job of this.#jobs) job.fail(fail('STOPPED', { synapse: job.request.pipeline.pipeline.synapse.name }));
    await Promise.all([...this.#slots.values()].map((slot) => slot.close()));
    await Promise.allSettled(this.#loads);
  }

  async #run<S extends AnySynapse>(
    synapse: S,
    given: unknown,
    { signal, priority = 0, model, onStep, onChunk }: RunOptions<S>,
  ): Promise<unknown> {
    signal.throwIfAborted();
    const placeable = (id: string) => this.#slots.has(id);
    const { pipeline, request } = await selectPipeline(this.#options.registry, { synapse, request: given, model, placeable });
    signal.throwIfAborted();
    const reports = {
      onStep: this.#guarded((step: number, total: number) => onStep?.(step, total)),
      onChunk: this.#guarded((chunk: unknown) => onChunk?.(chunk as ChunkOf<S>)),
    };
    const job = new Job(this.#sequence++, { pipeline, request, signal, priority, ...reports });
    const onAbort = () => this.#abort(job);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      this.#submit(job);
      return await job.response;
    } finally {
      signal.removeEventListener('abort', onAbort);
      this.#jobs.delete(job);
    }
  }

  /** A listener that throws must not take the dispatcher along. */
  #guarded<A extends readonly unknown[]>(listener: (...values: A) => void): (...values: A) => void {
    return (...values) => {
      try {
        listener(...values);
      } catch (error) {
        this.#options.log.warn({ error: String(error) }, 'A listener to the progress of a request threw.');
      }
    };
  }

  #submit(job: Job): void {
    if (this.#disposed) throw fail('STOPPED', { synapse: job.request.pipeline.pipeline.synapse.name });
    const slot = this.#slotOf(job);
    const broken = slot.state === 'absent' ? slot.broken() : undefined;
    if (broken !== undefined) throw broken;
    this.#choosePlacement(slot);
    job.device = slot.placement.home;
    const startsAtOnce = slot.state === 'ready' && slot.running < slot.capacity;
    if (startsAtOnce) this.#lanes.putBack(job);
    else this.#lanes.push(job, this.#runningOn(job.device));
    this.#jobs.add(job);
    this.#pump();
  }

  /** A model that is neither loaded nor waited for goes where it fits best now. */
  #choosePlacement(slot: ModelSlot): void {
    const waitedFor = this.#lanes.waiting().some(({ model }) => model === slot.id);
    if (slot.pinned || slot.state !== 'absent' || waitedFor) return;
    const views = [...this.#slots.values()].filter(({ id }) => id !== slot.id).map((other) => other.view());
    const load = new Map(this.#lanes.devices.map(({ id }) => [id, this.#lanes.queued(id) + this.#runningOn(id)]));
    slot.placement = choosePlacement(slot.options.placements, { devices: this.#lanes.devices, residents: residentsOf(views), load });
  }

  #pump(): void {
    if (this.#disposed) return;
    const models = new Map([...this.#slots].map(([id, slot]) => [id, slot.view()]));
    for (const move of nextMoves({ jobs: this.#lanes.waiting(), models, devices: this.#lanes.devices })) {
      if (move.kind === 'load') this.#load(this.#slots.get(move.model)!, move.end);
      else this.#begin(move.job, move.passes);
    }
    if (this.#started && this.#accepting) for (const slot of this.#slots.values()) if (slot.pinned) this.#keepLoaded(slot);
  }

  #keepLoaded(slot: ModelSlot): void {
    if (slot.state === 'absent' && slot.broken() === undefined) this.#load(slot, []);
  }

  #begin(job: Job, passes: readonly Job[]): void {
    for (const waiting of passes) waiting.passed += 1;
    const slot = this.#slotOf(job);
    this.#lanes.remove(job);
    slot.running += 1;
    slot.lastUsed = ++this.#uses;
    void this.#carryOut(job, slot);
  }

  async #carryOut(job: Job, slot: ModelSlot): Promise<void> {
    const begun = this.#clock.now();
    const verdict = await runJob(job, slot.worker!, slot.options.limits.attempts);
    const tookMs = this.#clock.now() - begun;
    slot.running -= 1;
    slot.lastUsed = ++this.#uses;
    slot.counts.runMs += tookMs;
    if (verdict === 'again' && job.outcome === 'open') this.#lanes.putBack(job);
    else this.#count(job, slot, tookMs);
    this.#pump();
  }

  #count(job: Job, slot: ModelSlot, tookMs: number): void {
    if (job.outcome !== 'open') slot.counts[job.outcome] += 1;
    if (job.outcome === 'succeeded') this.#lanes.note(job.device, tookMs);
  }

  #load(slot: ModelSlot, end: readonly string[]): void {
    const ended = [...this.#slots.values()].filter(({ id }) => end.includes(id));
    for (const victim of ended) void victim.stop().then(() => this.#pump());
    const room = Promise.all([...this.#slots.values()].map(({ stopped }) => stopped));
    const load = slot.load(room).then(
      () => this.#pump(),
      (error: unknown) => this.#loadFailed(slot, error),
    );
    this.#loads.add(load);
    void load.finally(() => this.#loads.delete(load));
  }

  #loadFailed(slot: ModelSlot, error: unknown): void {
    this.#options.log.warn({ model: slot.id, error: String(error) }, 'A model could not be loaded.');
    if (!slot.mayRetry(error)) for (const job of this.#lanes.waiting()) if (job.model === slot.id) this.#giveUp(job, error);
    const pauseMs = slot.pauseMs();
    if (slot.pinned && pauseMs > 0) this.#clock.after(pauseMs, () => this.#pump());
    this.#pump();
  }

  #giveUp(job: Job, error: unknown): void {
    this.#lanes.remove(job);
    job.fail(error);
    this.#slotOf(job).counts.failed += 1;
  }

  #abort(job: Job): void {
    const waited = this.#lanes.remove(job);
    job.abort();
    if (!waited) return;
    this.#slotOf(job).counts.aborted += 1;
    this.#pump();
  }

  #runningOn(device: string): number {
    return [...this.#slots.values()].filter(({ placement }) => placement.home === device).reduce((sum, { running }) => sum + running, 0);
  }

  #slotOf(job: Job): ModelSlot {
    return this.#slots.get(job.model)!;
  }
}
