import type { WeightSource } from '@vision-sdk/core';

/** A component that a model is made of. */
export interface ComponentWanted {
  /** Name of its folder in a published model, such as `unet` or `text_encoder_2`. */
  readonly name: string;
  /** The model also works without it. */
  readonly optional?: boolean;
  /** Further names under which it may lie, looked for after `name`. */
  readonly alternatives?: readonly string[];
}

/**
 * Where a single component lies that is not taken from the model's own folder or repository: a folder of its own, a model's folder with the component in it, an `.onnx` file, or
 * files of a hub. The licence is the model's where none is said.
 */
export type PartSource =
  | string
  | { readonly folder: string; readonly licence?: string | undefined }
  | (HubFolder & { readonly licence?: string | undefined });

/** Which components of a weight folder are wanted, and under which licence they stand. */
export interface DiffusersWanted {
  readonly components: readonly ComponentWanted[];
  /** Components from elsewhere, by their names: they stand in for the model's own, or complete it. Tokenizers and schedulers are always the model's. */
  readonly parts?: Readonly<Record<string, PartSource | undefined>> | undefined;
  readonly licence: string;
  /** Ending of the graphs' names after an underscore, such as `fp16`. Left out or `fp32`: graphs without an ending, then whatever there is. */
  readonly precision?: string | undefined;
}

/** A model on a hub, pinned. `files` names every file to fetch: graphs, their data files, configs, tokenizers, schedulers. */
export interface HubFolder {
  readonly repository: string;
  /** A commit hash. */
  readonly revision: string;
  readonly files: readonly string[];
  readonly bytes: number;
  readonly sha256?: Readonly<Record<string, string>> | undefined;
}

/**
 * Weights of several components as data, before anything is loaded: a weight source that also says which file is which graph. Components from elsewhere
 * have sources of their own: `weightSources` gives all of them.
 */
export type DiffusersWeights = WeightSource & {
  /** Graph of each component that was found, and in a folder of those that must be there, in the source that it is from: see `partOf`. */
  readonly graphs: Readonly<Record<string, string>>;
  /** Bytes of each component, graph and data; without those of a hub, which tells the sum of its files alone. */
  readonly componentBytes: Readonly<Record<string, number>>;
  /** Components from elsewhere, by their names. */
  readonly parts: Readonly<Record<string, DiffusersWeights>>;
};
