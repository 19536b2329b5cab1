import type { Log } from './log.ts';
import type { Random } from './random.ts';
import type { Schema } from './schema.ts';
import type { AnySynapse, ChunkOf, RequestInput, RequestOf, ResponseOf } from './synapse.ts';

/** Weight files in a model hub repository. */
export interface HubWeights {
  readonly kind: 'hub';
  /** `owner/name`. */
  readonly repository: string;
  /** A commit hash; branches move. */
  readonly revision: string;
  readonly files: readonly string[];
  readonly bytes: number;
  /** SHA-256 in hex by file, where the author pins them: then no mirror has to be trusted. */
  readonly sha256?: Readonly<Record<string, string>>;
  readonly licence: string;
}

/** Weight files in a folder: shipped inside the plugin's package or named by an option. */
export interface FolderWeights {
  readonly kind: 'folder';
  /** Absolute path. */
  readonly folder: string;
  readonly files: readonly string[];
  readonly bytes: number;
  readonly licence: string;
}

/** Where weights come from: data that doctor, pull and disk checks read without loading anything. */
export type WeightSource = HubWeights | FolderWeights;

/** How memory sizes are written: `'7.5GiB'`, `'300MiB'`. */
export const MEMORY_SIZE = /^\d+(\.\d+)?(KiB|MiB|GiB)$/;

/** What a model needs of a device. */
export interface Resources {
  /** Memory of the whole loaded model, such as `'7.5GiB'` or `'300MiB'`. */
  readonly memory: string;
  /** Memory by component, for models whose components may sit on different devices. */
  readonly components?: Readonly<Record<string, string>>;
  /** Requests that the loaded model takes at once, 1 when left out. Above 1 the model keeps them apart itself, and `memory` covers them all. */
  readonly concurrency?: number;
}

/** What `load` gets. */
export interface LoadContext {
  /** Device of the model, such as `cpu`, `cuda:0` or `webgpu:0`. */
  readonly device: string;
  /** Device of one component: its own placement where the config gives one, else {@link device}. */
  deviceOf(component: string): string;
  /** Absolute path of one of the declared weight files. Throws for a file that is not declared or not there. */
  weights(file: string): Promise<string>;
  /** Threads a CPU session may use. */
  readonly threads: number;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** What `run` gets. */
export interface RunContext<S extends AnySynapse> {
  /** Aborted when nobody wants the answer any more; honour it within one step. */
  readonly signal: AbortSignal;
  /** Reports progress: `step` of `total`, from 1. */
  onStep(step: number, total: number): void;
  /** Sends one piece of a stream. */
  emit(chunk: ChunkOf<S>): void;
}

/** What a pipeline promises. The conformance checks test exactly what is declared. */
export interface Capabilities {
  /** The same request gives the same response, byte for byte. */
  readonly deterministic?: boolean;
  /** An aborted signal ends `run` within one step. */
  readonly cancellable?: boolean;
  /** `onStep` is called for every step, ending with `total` of `total`. */
  readonly progress?: boolean;
}

/** Raw material for made-up requests. Sizes in pixels. */
export interface SampleContext {
  readonly random: Random;
  /** A prompt as a user would write it. */
  prompt(): string;
  /** A picture, as base64 PNG. */
  image(size: { readonly width: number; readonly height: number }): Promise<string>;
  /** A mask, as base64 PNG: white is to be repainted. */
  mask(size: { readonly width: number; readonly height: number }): Promise<string>;
}

/** Sides of pictures in pixels. */
export interface PictureSides {
  readonly least: number;
  readonly most: number;
  readonly multipleOf: number;
}

/** Sides for one request and the size of its picture, where what fits depends on them. */
export type PictureSidesFor<S extends AnySynapse> = (
  request: RequestOf<S>,
  picture: { readonly width: number; readonly height: number },
) => PictureSides;

/** How a loaded model serves one synapse. */
export interface Pipeline<S extends AnySynapse, Loaded> {
  readonly synapse: S;
  /** Narrows the synapse's ranges to what this model does well (allowed steps, sizes). */
  readonly accepts?: Schema<unknown, RequestOf<S>>;
  readonly capabilities?: Capabilities;
  /** Sides of input pictures that the model works at, where it does. Programs that serve people bring their pictures there first, as `vision run` does. */
  readonly sides?: PictureSides | PictureSidesFor<S>;
  /** A request as a validator would make it up; must pass `request` and `accepts`. */
  sample(context: SampleContext): RequestInput<S> | Promise<RequestInput<S>>;
  run(loaded: Loaded, request: RequestOf<S>, context: RunContext<S>): Promise<ResponseOf<S>>;
}

/** The unit of loading. */
export interface Model<Loaded extends AsyncDisposable> {
  /** kebab-case, unique among the configured plugins. */
  readonly id: string;
  readonly weights: readonly WeightSource[];
  readonly resources: Resources;
  load(context: LoadContext): Promise<Loaded>;
}

/** A model with the pipelines it serves. */
export interface ServedModel<Loaded extends AsyncDisposable = AsyncDisposable> extends Model<Loaded> {
  // biome-ignore lint/suspicious/noExplicitAny: pipelines of several synapses meet here
  readonly pipelines: readonly Pipeline<any, Loaded>[];
  /** Adds a pipeline; returns a new value. */
  serve<S extends AnySynapse>(pipeline: Pipeline<S, Loaded>): ServedModel<Loaded>;
}

// biome-ignore lint/suspicious/noExplicitAny: the type of the loaded model is erased where models of all kinds meet
export type AnyModel = ServedModel<any>;
// biome-ignore lint/suspicious/noExplicitAny: the types of a pipeline are erased where pipelines of all kinds meet
export type AnyPipeline = Pipeline<any, any>;

/** Declares a model: `defineModel({ ... }).serve({ ... }).serve({ ... })`. Loaded once, it serves all its pipelines. */
export function defineModel<Loaded extends AsyncDisposable>(model: Model<Loaded>): ServedModel<Loaded> {
  return withPipelines(model, []);
}

function withPipelines<Loaded extends AsyncDisposable>(
  model: Model<Loaded>,
  pipelines: ServedModel<Loaded>['pipelines'],
): ServedModel<Loaded> {
  return { ...model, pipelines, serve: (pipeline) => withPipelines(model, [...pipelines, pipeline]) };
}
