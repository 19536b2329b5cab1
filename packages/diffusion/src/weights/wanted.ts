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

/** Which components of a weight folder are wanted, and under which licence they stand. */
export interface DiffusersWanted {
  readonly components: readonly ComponentWanted[];
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

/** Weights of several components as data, before anything is loaded: a weight source that also says which file is which graph. */
export type DiffusersWeights = WeightSource & {
  /** Graph of each component that was found, and in a folder of those that must be there. */
  readonly graphs: Readonly<Record<string, string>>;
  /** Bytes of each component, graph and data; empty for a hub, which tells the sum alone. */
  readonly componentBytes: Readonly<Record<string, number>>;
};
