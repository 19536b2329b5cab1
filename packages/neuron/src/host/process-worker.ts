import { type ChildProcess, fork } from 'node:child_process';
import type { Readable } from 'node:stream';
import { fail } from './errors.ts';
import { asLoadError } from './local-worker.ts';
import { fromSentError } from './sent-error.ts';
import type { Worker, WorkerJob, WorkerStart } from './worker.ts';
import { workerEnvironment } from './worker-environment.ts';
import { workerProgram } from './worker-program.ts';
import type { FromWorker, ToWorker } from './worker-protocol.ts';

const KEPT_OUTPUT = 2000;
const OUTPUT_GRACE_MS = 500;

/** Loads a model in a process of its own. Throws `VISION_HOST_LOAD_FAILED`, `_LOAD_CRASHED`, `_LOAD_TIMEOUT` or an error of the plugin. */
export async function startProcessWorker(start: WorkerStart, module: string): Promise<Worker> {
  const worker = new ProcessWorker(start);
  await worker.load(module);
  return worker;
}

interface OpenJob {
  readonly job: WorkerJob;
  readonly settled: PromiseWithResolvers<unknown>;
}

class ProcessWorker implements Worker {
  readonly #start: WorkerStart;
  readonly #child: ChildProcess;
  readonly #jobs = new Map<number, OpenJob>();
  readonly #loaded = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<void>();
  #state: 'loading' | 'ready' | 'stopping' | 'ended' = 'loading';
  #nextJob = 1;
  /** Why we ended it ourselves; nobody should look for lack of memory then. */
  #killedFor: string | undefined;
  #output = '';

  constructor(start: WorkerStart) {
    this.#start = start;
    // Whoever loads awaits this; the end of a process that nobody loads any more is no unhandled rejection.
    this.#loaded.promise.catch(() => {});
    this.#child = spawnWorker();
    this.#child.on('message', (message) => this.#take(message as FromWorker));
    this.#listen(this.#child.stdout, 'stdout');
    this.#listen(this.#child.stderr, 'stderr');
    this.#watchEnd();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  async load(module: string): Promise<void> {
    const { plugin, settings, model, limits, clock, signal } = this.#start;
    const names = { plugin: plugin.name, model: model.id };
    const giveUp = () => this.#loaded.reject(signal.reason);
    signal.addEventListener('abort', giveUp, { once: true });
    const cancelTimer = clock.after(limits.loadTimeoutMs, () =>
      this.#loaded.reject(fail('LOAD_TIMEOUT', { ...names, timeoutMs: limits.loadTimeoutMs })),
    );
    try {
      this.#send({ type: 'load', module, given: plugin.given, settings });
      await this.#loaded.promise;
      this.#state = 'ready';
    } catch (error) {
      await this.#kill();
      throw asLoadError(error, names);
    } finally {
      cancelTimer();
      signal.removeEventListener('abort', giveUp);
    }
  }

  async run(job: WorkerJob): Promise<unknown> {
    const id = this.#nextJob++;
    const settled = Promise.withResolvers<unknown>();
    if (this.#state !== 'ready') throw this.#death('was ended');
    this.#jobs.set(id, { job, settled });
    const stopWatching = this.#cancelOnAbort(id, job.signal);
    try {
      this.#sendJob(id, job);
      return await settled.promise;
    } finally {
      stopWatching();
      this.#jobs.delete(id);
    }
  }

  async stop(): Promise<void> {
    if (this.#state === 'ended') return;
    this.#state = 'stopping';
    const cancelTimer = this.#start.clock.after(this.#start.limits.stopGraceMs, () => this.#child.kill('SIGKILL'));
    if (this.#child.connected) this.#send({ type: 'stop' });
    else this.#child.kill('SIGKILL');
    await this.#ended.promise;
    cancelTimer();
  }

  #sendJob(id: number, { synapse, request }: WorkerJob): void {
    try {
      this.#send({ type: 'run', job: id, synapse, request });
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw fail('NOT_SENDABLE', { model: this.#start.model.id, synapse, reason }, { cause });
    }
  }

  /** Passes an abort on; a worker that does not end the job within the grace time is killed. */
  #cancelOnAbort(id: number, signal: AbortSignal): () => void {
    let cancelTimer = () => {};
    const cancel = () => {
      if (this.#child.connected) this.#send({ type: 'cancel', job: id });
      cancelTimer = this.#start.clock.after(this.#start.limits.cancelGraceMs, () => {
        this.#killedFor = 'was ended by the host, as it did not give up a cancelled request,';
        this.#child.kill('SIGKILL');
      });
    };
    if (signal.aborted) cancel();
    else signal.addEventListener('abort', cancel, { once: true });
    return () => {
      signal.removeEventListener('abort', cancel);
      cancelTimer();
    };
  }

  #send(message: ToWorker): void {
    // A lost connection shows as the end of the process; the callback keeps it from being thrown twice.
    this.#child.send(message, () => {});
  }

  #take(message: FromWorker): void {
    if (message.type === 'loaded') this.#loaded.resolve();
    else if (message.type === 'load-failed') this.#loaded.reject(fromSentError(message.error));
    else if (message.type === 'log') this.#start.log[message.level]({ model: this.#start.model.id, ...message.fields }, message.message);
    else this.#takeOfJob(message, this.#jobs.get(message.job));
  }

  #takeOfJob(message: Extract<FromWorker, { job: number }>, open: OpenJob | undefined): void {
    if (message.type === 'step') open?.job.onStep(message.step, message.total);
    else if (message.type === 'chunk') open?.job.onChunk(message.chunk);
    else if (message.type === 'result') open?.settled.resolve(message.response);
    else open?.settled.reject(fromSentError(message.error));
  }

  #listen(stream: Readable | null, name: 'stdout' | 'stderr'): void {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      this.#output = (this.#output + text).slice(-KEPT_OUTPUT);
      this.#start.log.debug({ model: this.#start.model.id, stream: name }, text.trimEnd());
    });
  }

  /** The end is known when the process is gone and its last messages and output are read, which come in any order. */
  #watchEnd(): void {
    let ending = '';
    this.#child.once('exit', (code, signal) => {
      ending = this.#killedFor ?? (signal === null ? `exited with code ${code}` : `was killed by ${signal}`);
      // A program that the plugin started may hold the output open for ever.
      this.#start.clock.after(OUTPUT_GRACE_MS, () => this.#end(ending));
    });
    this.#child.once('close', () => this.#end(ending));
    // A worker that nobody can talk to any more is of no use.
    this.#child.once('disconnect', () => this.#child.kill('SIGKILL'));
    this.#child.once('error', (error) => {
      if (this.#child.pid === undefined) this.#end(`could not be started (${error.message})`);
    });
  }

  #end(ending: string): void {
    const { plugin, model, onDeath } = this.#start;
    const before = this.#state;
    if (before === 'ended') return;
    this.#state = 'ended';
    this.#loaded.reject(fail('LOAD_CRASHED', { plugin: plugin.name, model: model.id, ending, lastOutput: this.#output.trim() }));
    if (before === 'ready') onDeath();
    for (const { settled } of this.#jobs.values()) settled.reject(this.#death(ending));
    this.#ended.resolve();
  }

  #death(ending: string): Error {
    return fail('WORKER_DIED', { model: this.#start.model.id, ending, attempts: 1, lastOutput: this.#output.trim() });
  }

  async #kill(): Promise<void> {
    if (this.#state === 'ended') return;
    this.#state = 'stopping';
    this.#child.kill('SIGKILL');
    await this.#ended.promise;
  }
}

function spawnWorker(): ChildProcess {
  const { file, execArgv } = workerProgram();
  return fork(file, [], {
    serialization: 'advanced',
    env: workerEnvironment(process.env),
    execArgv: [...execArgv],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
}
