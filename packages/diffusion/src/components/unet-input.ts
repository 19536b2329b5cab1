import type { Plane } from './plane.ts';

/** What a denoising network is told. Which of it the network takes, its graph says; the rest is left out. */
export interface UnetInput {
  /** Latents with whatever channels the network has besides, N x channels x height x width. */
  readonly sample: Plane;
  readonly timestep: number;
  /** Encoded prompts, N x tokens x width. The same object at each step is converted once. */
  readonly hiddenStates?: Plane | undefined;
  /** SDXL: pooled prompts, N x width. */
  readonly textEmbeds?: Plane | undefined;
  /** SDXL: original size, crop and target size, N x 6. */
  readonly timeIds?: Plane | undefined;
  /** Kandinsky: image embeddings, N x width. */
  readonly imageEmbeds?: Plane | undefined;
  /** LCM: the guidance scale as an embedding, N x width. */
  readonly timestepCond?: Plane | undefined;
  /** What ControlNets add, by the name of the input that takes it. What is left out is nothing to add. */
  readonly residuals?: Readonly<Record<string, Plane>> | undefined;
}
