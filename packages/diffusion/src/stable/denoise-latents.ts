import type { Plane } from '../components/plane.ts';
import { denoise, type ModelCall } from '../denoise.ts';
import type { NoiseSource, SchedulerRun, StepOptions } from '../schedulers/scheduler.ts';
import type { NetworkConditioning, StableDiffusion } from './stable-diffusion.ts';

/** What happens around a run: a signal that ends it within one step, and a word after each step, from 1. */
export interface RunHooks {
  readonly signal?: AbortSignal | undefined;
  onStep?(step: number, total: number): void;
}

/** One call of the network, as those see it who add something to it. */
export interface NetworkCall extends Omit<ModelCall, 'sample'> {
  /** Scaled latents of the whole batch; with guidance both halves are the same. */
  readonly sample: Plane;
}

/** What the loop needs. */
export interface DenoiseLatentsOptions {
  /** Noisy latents, worked on in place. */
  readonly latents: Plane;
  readonly conditioning: NetworkConditioning;
  readonly run: SchedulerRun;
  /** First step, 0 by default. */
  readonly start?: number;
  readonly guidance: number;
  readonly noise: NoiseSource;
  /** Channels that follow the latents at each step, for each picture: mask and masked picture of a network of 9 channels. */
  readonly extraChannels?: Plane | undefined;
  /** Called before the network: what ControlNets add. */
  control?(call: NetworkCall, signal: AbortSignal | undefined): Promise<Readonly<Record<string, Plane>> | undefined>;
  /** Called after each step with the latents, which it may change, as inpainting does. */
  onLatents?(latents: Float32Array, index: number): void;
  readonly step?: Pick<StepOptions, 'eta' | 'churn'>;
}

/** Runs the denoising loop over latents, in place, and returns them. Cancelled within one step. */
export async function denoiseLatents(
  sd: Pick<StableDiffusion, 'unet'>,
  options: DenoiseLatentsOptions,
  hooks: RunHooks = {},
): Promise<Plane> {
  const { latents, conditioning, run, start = 0, noise } = options;
  const { signal } = hooks;
  await denoise({
    run,
    start,
    noise,
    latents: latents.data,
    guidance: conditioning.guided ? options.guidance : 1,
    batch: conditioning.batch,
    ...(options.step === undefined ? {} : { step: options.step }),
    ...(signal === undefined ? {} : { signal }),
    predict: predictor(sd, options, signal),
    onStep: ({ index, done, total }) => {
      options.onLatents?.(latents.data, index);
      hooks.onStep?.(done, total);
    },
  });
  return latents;
}

function predictor({ unet }: Pick<StableDiffusion, 'unet'>, options: DenoiseLatentsOptions, signal: AbortSignal | undefined) {
  const { conditioning, latents, extraChannels } = options;
  const rows = conditioning.guided ? 2 * conditioning.batch : conditioning.batch;
  const dims = [rows, ...latents.dims.slice(1)];
  const widened = extraChannels === undefined ? undefined : widening(dims, extraChannels);
  return async (call: ModelCall): Promise<Float32Array> => {
    const sample: Plane = { data: call.sample, dims };
    const residuals = await options.control?.({ ...call, sample }, signal);
    signal?.throwIfAborted();
    const { hiddenStates, textEmbeds, timeIds, imageEmbeds, timestepCond } = conditioning;
    const input = { timestep: call.timestep, hiddenStates, textEmbeds, timeIds, imageEmbeds, timestepCond, residuals };
    return unet.predict({ ...input, sample: widened?.(call.sample) ?? sample }, signal);
  };
}

/** Puts further channels behind the latents of each entry, in one array for all steps. */
function widening([rows = 1, channels = 1, ...size]: readonly number[], extra: Plane): (sample: Float32Array) => Plane {
  const more = extra.dims[1]!;
  const area = size.reduce((product, side) => product * side, 1);
  const data = new Float32Array(rows * (channels + more) * area);
  const entry = (channels + more) * area;
  for (let row = 0; row < rows; row++) {
    const from = (row % extra.dims[0]!) * more * area;
    data.set(extra.data.subarray(from, from + more * area), row * entry + channels * area);
  }
  const plane: Plane = { data, dims: [rows, channels + more, ...size] };
  return (sample) => {
    for (let row = 0; row < rows; row++) data.set(sample.subarray(row * channels * area, (row + 1) * channels * area), row * entry);
    return plane;
  };
}
