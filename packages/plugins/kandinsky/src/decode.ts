import {
  denoise,
  fromVaePixels,
  type Generator,
  type ModelCall,
  type NoiseSource,
  type Plane,
  randnTensor,
  type SchedulerRun,
} from '@vision-sdk/diffusion';
import type { Raster } from '@vision-sdk/image';
import type { KandinskyParts } from './parts.ts';
import type { Progress } from './progress.ts';

/** One run of a decoder's UNet from noise to latents. */
export interface Decoding {
  readonly unet: KandinskyParts['unet'];
  readonly run: SchedulerRun;
  /** First step: above 0 where a picture is given instead of noise alone. */
  readonly start?: number;
  /** Worked on in place. */
  readonly latents: Plane;
  /** As `guidedEmbeddings` gives them. */
  readonly embeddings: Plane;
  readonly guidance: number;
  readonly noise: NoiseSource;
  /** What the network sees besides the latents, 1 x channels x height x width. */
  readonly hint?: Plane | undefined;
  readonly learnsVariance: boolean;
  readonly progress: Progress;
  /** May change the latents after step `index`. */
  onLatents?(latents: Float32Array, index: number): void;
}

/** Runs the denoising loop with a UNet that also gives a variance. */
export async function denoiseImage(decoding: Decoding): Promise<Plane> {
  const { unet, run, latents, embeddings, progress } = decoding;
  const [batch = 1, channels = 1, ...sides] = latents.dims;
  const assemble = inputOf(decoding, sides);
  const size = sides.reduce((product, side) => product * side, channels);
  await denoise({
    run,
    latents: latents.data,
    start: decoding.start ?? 0,
    guidance: decoding.guidance,
    batch,
    noise: decoding.noise,
    ...(progress.signal === undefined ? {} : { signal: progress.signal }),
    async predict({ sample, timestep }: ModelCall) {
      const output = await unet.predict({ sample: assemble(sample), timestep, imageEmbeds: embeddings }, progress.signal);
      return decoding.learnsVariance || unet.outChannels === channels ? output : withoutVariance(output, size);
    },
    onStep({ index }) {
      decoding.onLatents?.(latents.data, index);
      progress.step();
    },
  });
  return latents;
}

/** The network's input: latents, and behind those of each entry the hint, which is written once. */
function inputOf({ hint, latents, guidance }: Decoding, sides: readonly number[]): (sample: Float32Array) => Plane {
  const batch = latents.dims[0]! * (guidance > 1 ? 2 : 1);
  const channels = latents.dims[1]!;
  if (hint === undefined) return (data) => ({ data, dims: [batch, channels, ...sides] });
  const size = latents.data.length / latents.dims[0]!;
  const all = size + hint.data.length;
  const data = new Float32Array(batch * all);
  for (let entry = 0; entry < batch; entry++) data.set(hint.data, entry * all + size);
  const dims = [batch, channels + hint.dims[1]!, ...sides];
  return (sample) => {
    for (let entry = 0; entry < batch; entry++) data.set(sample.subarray(entry * size, (entry + 1) * size), entry * all);
    return { data, dims };
  };
}

/** The first half of the channels of every entry, for schedulers that take no learned variance. */
function withoutVariance(output: Float32Array, size: number): Float32Array {
  const entries = output.length / (2 * size);
  const predictions = new Float32Array(entries * size);
  for (let entry = 0; entry < entries; entry++) predictions.set(output.subarray(2 * entry * size, (2 * entry + 1) * size), entry * size);
  return predictions;
}

/** Pictures of latents. */
export async function decodeLatents(
  { movqDecoder }: Pick<KandinskyParts, 'movqDecoder'>,
  latents: Plane,
  signal: AbortSignal | undefined,
): Promise<readonly Raster[]> {
  const { data, dims } = await movqDecoder.decode(latents, signal);
  const [batch = 0, , height = 0, width = 0] = dims;
  return Array.from({ length: batch }, (_, entry) => fromVaePixels(data, { width, height, entry }));
}

/** Noise for latents of a shape. Every draw fills the same array. */
export function noiseOf(dims: readonly number[], generator: Generator | readonly Generator[]): NoiseSource {
  const out = new Float32Array(dims.reduce((product, side) => product * side, 1));
  return () => randnTensor(dims, generator, { out });
}
