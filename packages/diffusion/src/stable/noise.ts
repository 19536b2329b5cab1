import { CURRENT_RANDOM, type RandomBehaviour } from '../random/behaviour.ts';
import { createGenerator, type Generator, type RandomType, type Seed } from '../random/generator.ts';
import { randnTensor } from '../random/randn-tensor.ts';

/** How the noise of pictures is drawn. */
export interface NoiseSettings {
  /** The precision that the noise is rounded to: that of the pipeline that is followed, `float32` by default. */
  readonly type?: RandomType | undefined;
  readonly behaviour?: RandomBehaviour | undefined;
}

/** Where the random numbers of a request come from: a seed for all pictures, or one for each. */
export type Seeds = Seed | readonly Seed[];

/** Draws noise of any shape, each time further on in the stream. */
export type NoiseDraw = (shape: readonly number[], out?: Float32Array) => Float32Array;

/** The generators of a request, in the order of their seeds. Generators that are given are used as they are. */
export function generatorsOf(
  seeds: Seeds | Generator | readonly Generator[],
  { behaviour = CURRENT_RANDOM }: NoiseSettings = {},
): readonly Generator[] {
  const list: readonly (Seed | Generator)[] = Array.isArray(seeds) ? seeds : [seeds as Seed | Generator];
  return list.map((seed) => (typeof seed === 'object' ? seed : createGenerator(seed, behaviour)));
}

/** Draws for a request: as diffusers, one generator draws for the whole batch, a list draws an entry each. */
export function noiseDraw(seeds: Seeds | Generator | readonly Generator[], settings: NoiseSettings = {}): NoiseDraw {
  const { type = 'float32' } = settings;
  const generators = generatorsOf(seeds, settings);
  return (shape, out) => randnTensor(shape, generators, { type, ...(out === undefined ? {} : { out }) });
}
