import {
  decodeLatents,
  denoiseLatents,
  type NoiseDraw,
  type Plane,
  type SchedulerRun,
  type StableDiffusion,
  stackRows,
  stepNoise,
} from '@vision-sdk/diffusion';
import type { Raster } from '@vision-sdk/image';
import type { KandinskyParts } from './parts.ts';
import type { Embeddings } from './prior.ts';
import type { Progress } from './progress.ts';

/** One run of a decoder's UNet from noise to latents. */
export interface Decoding {
  readonly unet: KandinskyParts['unet'];
  readonly run: SchedulerRun;
  /** First step: above 0 where a picture is given instead of noise alone. */
  readonly start?: number;
  /** Worked on in place. */
  readonly latents: Plane;
  readonly embeddings: Embeddings;
  readonly guidance: number;
  readonly draw: NoiseDraw;
  /** What the network sees besides the latents, 1 x channels x height x width. */
  readonly hint?: Plane | undefined;
  readonly progress: Progress;
  /** May change the latents after step `index`. */
  onLatents?(latents: Float32Array, index: number): void;
}

/** Denoises latents and makes pictures of them. */
export async function decode(parts: KandinskyParts, decoding: Decoding): Promise<Raster[]> {
  const { latents, embeddings, guidance, draw, progress, hint, start = 0, onLatents } = decoding;
  const guided = guidance > 1;
  const imageEmbeds = guided ? stackRows([embeddings.negative, embeddings.positive]) : embeddings.positive;
  const conditioning = { batch: latents.dims[0]!, guided, imageEmbeds };
  const noise = stepNoise(draw, latents.dims);
  const loop = { latents, conditioning, run: decoding.run, start, guidance, noise, extraChannels: hint };
  const denoised = await denoiseLatents(
    { unet: predictorOf(decoding.unet, parts) },
    onLatents === undefined ? loop : { ...loop, onLatents },
    { signal: progress.signal, onStep: () => progress.step() },
  );
  return decodeLatents({ vaeDecoder: parts.movqDecoder, scalingFactor: 1 }, denoised, progress.signal);
}

/** The network as the scheduler needs it: without the variance where that is not taken. */
function predictorOf(unet: KandinskyParts['unet'], { learnsVariance, movqDecoder }: KandinskyParts): StableDiffusion['unet'] {
  const channels = movqDecoder.latentChannels;
  if (learnsVariance || unet.outChannels === channels) return unet;
  return {
    ...unet,
    async predict(input, signal) {
      const output = await unet.predict(input, signal);
      return firstHalves(output, input.sample.dims[0]!);
    },
  };
}

/** The first half of each entry of a batch. */
function firstHalves(output: Float32Array, batch: number): Float32Array {
  const size = output.length / (2 * batch);
  const halves = new Float32Array(output.length / 2);
  for (let entry = 0; entry < batch; entry++) halves.set(output.subarray(2 * entry * size, (2 * entry + 1) * size), entry * size);
  return halves;
}
