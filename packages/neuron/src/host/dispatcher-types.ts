import type { AnySynapse, ChunkOf, Log, RequestInput, RequestOf, ResponseOf } from '@vision-sdk/core';
import type { DeviceConfig, ResolvedConfig } from './config-schema.ts';
import type { Registry } from './registry.ts';

/** What a dispatcher is made of. What is left out has the config's defaults. */
export interface DispatcherOptions {
  readonly registry: Registry;
  readonly log: Log;
  /** By device id; default: the CPU with half of the machine's memory. */
  readonly devices?: Readonly<Record<string, Partial<DeviceConfig>>>;
  readonly placement?: ResolvedConfig['placement'];
  /** Ids of models that are loaded at once and never ended to make room. */
  readonly pinned?: readonly string[];
  /** Waiting requests of devices that do not say. */
  readonly queue?: number;
  /** Threads of devices that do not say. */
  readonly threads?: number;
  readonly weightsDirectory?: string;
  /** False runs every model in this process; true (the default) gives models of plugins with a module a process of their own. */
  readonly isolate?: boolean;
  readonly limits?: Partial<DispatcherLimits>;
  /** For tests: the time and the timers. */
  readonly clock?: Clock;
}

/** Time limits of workers, milliseconds. */
export interface DispatcherLimits {
  /** A load that takes longer is ended: 600,000. */
  readonly loadTimeoutMs: number;
  /** A worker that does not end a cancelled job within this time is killed: 5,000. */
  readonly cancelGraceMs: number;
  /** Time between SIGTERM and SIGKILL: 2,000. */
  readonly stopGraceMs: number;
  /** First pause after a model failed to load; doubles with each failure up to a minute: 1,000. */
  readonly backoffMs: number;
  /** Failed loads in a row after which requests are refused until the pause is over: 3. */
  readonly maxCrashes: number;
  /** How often a request is given to a worker whose process dies of it: 2. */
  readonly attempts: number;
}

/** Time as the dispatcher sees it. */
export interface Clock {
  /** Milliseconds, monotonic. */
  now(): number;
  /** Calls back once after `ms`; the returned function cancels. */
  after(ms: number, callback: () => void): () => void;
}

/** How a request is to be run. */
export interface RunOptions<S extends AnySynapse> {
  readonly signal: AbortSignal;
  /** Higher goes first; equal ones in order of arrival. Default 0. */
  readonly priority?: number;
  /** Id of the model; default: the first one that accepts the request. */
  readonly model?: string;
  onStep?(step: number, total: number): void;
  onChunk?(chunk: ChunkOf<S>): void;
}

/** Runs requests on models: chooses the model, finds room on a device, queues, loads, runs. */
export interface Dispatcher extends AsyncDisposable {
  /**
   * Validates the request, runs it and validates the response. Throws the signal's reason when aborted, and
   * `VISION_HOST_NOT_SERVED`, `VISION_HOST_REQUEST_INVALID`, `VISION_HOST_QUEUE_FULL` (details.retryAfterSeconds), `VISION_HOST_JOB_FAILED` and others.
   */
  run<S extends AnySynapse>(synapse: S, request: RequestInput<S> | RequestOf<S>, options: RunOptions<S>): Promise<ResponseOf<S>>;
  /** Whether some model serves the synapse. */
  serves(synapse: Pick<AnySynapse, 'name' | 'version'>): boolean;
  /** Synapses that some model serves. */
  served(): readonly AnySynapse[];
  stats(): DispatcherStats;
  /** Takes no new requests and resolves when the accepted ones are answered. */
  drain(): Promise<void>;
}

/** State of a model: `absent` is not loaded, `broken` failed to load too often and is left alone for a while. */
export type ModelState = 'absent' | 'loading' | 'idle' | 'busy' | 'broken';

/** Figures of one device. */
export interface DeviceStats {
  readonly device: string;
  readonly memoryBytes: number;
  readonly usedBytes: number;
  readonly running: number;
  readonly queued: number;
  readonly queueLimit: number;
}

/** Figures of one model since the start. */
export interface ModelStats {
  readonly model: string;
  readonly state: ModelState;
  /** Device of the model, or those of its components; empty when not placed. */
  readonly devices: readonly string[];
  readonly loads: number;
  /** Loads after the worker had ended by itself. */
  readonly restarts: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly aborted: number;
  /** Milliseconds in `run`, all jobs together. */
  readonly runMs: number;
  /** Process of the loaded model; absent when it runs in this one. */
  readonly pid?: number;
}

/** Figures for metrics. */
export interface DispatcherStats {
  readonly devices: readonly DeviceStats[];
  readonly models: readonly ModelStats[];
}
