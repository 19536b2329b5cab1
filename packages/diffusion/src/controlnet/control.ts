import type { Raster } from '@vision-sdk/image';
import type { ControlNet } from '../components/control-net.ts';
import type { Face, Plane } from '../components/plane.ts';
import type { UnetInput } from '../components/unet-input.ts';
import { fail } from '../errors.ts';
import type { Size } from '../images/masks.ts';
import type { NetworkCall } from '../stable/denoise-latents.ts';
import { controlImage } from './control-image.ts';
import { guessScales } from './guess-scales.ts';
import { ResidualSum, type Residuals, residualOrder } from './residuals.ts';

/** A ControlNet with the picture that it is to follow. */
export interface Control {
  readonly net: Face<ControlNet>;
  /** A ready map, RGB or grey, of any size. */
  readonly image: Raster;
  /** How strongly it counts: 1 by default. */
  readonly scale?: number;
  /** The part of the run at which it begins to count, 0 to 1: 0 by default. */
  readonly from?: number;
  /** The part of the run at which it stops to count: 1 by default. */
  readonly to?: number;
  /** `global_pool_conditions` of its config, as ControlNets of shuffled pictures have it: then the run is in guess mode, and this network's blocks count alike. */
  readonly pooled?: boolean;
}

/** The run that controls take part in. */
export interface ControlledRun {
  /** Size of the picture in pixels. */
  readonly size: Size;
  /** Pictures made at once. */
  readonly batch: number;
  /** Number of the run's timesteps. */
  readonly steps: number;
  /** True where model inputs hold the batch twice, unconditional first. */
  readonly guided: boolean;
  /** ControlNets lead, also without a prompt: deeper blocks count more, and with guidance only the conditional half is controlled. */
  readonly guessMode?: boolean | undefined;
  /** What the UNet is told besides latents and timestep, as it is told. */
  readonly conditioning: Pick<UnetInput, 'hiddenStates' | 'textEmbeds' | 'timeIds' | 'timestepCond'>;
}

/** Asked before each call of the UNet for what is added inside it. Arrays are used again for the next call. */
export type ControlHook = (call: NetworkCall, signal?: AbortSignal) => Promise<Residuals>;

interface Prepared extends Required<Pick<Control, 'net' | 'scale' | 'from' | 'to' | 'pooled'>> {
  readonly condition: Plane;
}

/**
 * Makes the hook that runs ControlNets beside a UNet, as diffusers' pipelines do: conditioning scale and guidance window of each, guess mode, sums over
 * several. A network is not run where it counts for nothing. Throws `VISION_DIFFUSION_BAD_CONTROL`.
 */
export function createControl(controls: readonly Control[], run: ControlledRun): ControlHook {
  if (controls.length === 0) throw fail('BAD_CONTROL', { problem: 'there is none' });
  const controlling = new Controlling(controls, run);
  return (call, signal) => controlling.residuals(call, signal);
}

/** A UNet adds nothing of itself where nothing is given. */
const NOTHING: Residuals = {};

type Call = Pick<UnetInput, 'sample' | 'timestep'>;

/** The controls of one run. */
class Controlling {
  readonly #controls: readonly Prepared[];
  readonly #steps: number;
  readonly #guess: boolean;
  /** True where only the conditional half is controlled. */
  readonly #halved: boolean;
  readonly #conditioning: ControlledRun['conditioning'];
  readonly #sum: ResidualSum;

  constructor(controls: readonly Control[], { size, batch, steps, guided, guessMode, conditioning }: ControlledRun) {
    this.#guess = guessMode === true || controls[0]?.pooled === true;
    this.#halved = this.#guess && guided;
    const copies = batch * (guided && !this.#halved ? 2 : 1);
    this.#controls = controls.map((control) => prepare(control, size, copies));
    this.#steps = steps;
    const { hiddenStates, textEmbeds, timeIds, timestepCond } = conditioning;
    const told = { hiddenStates, textEmbeds, timeIds, timestepCond };
    this.#conditioning = this.#halved ? secondHalves(told) : told;
    this.#sum = new ResidualSum({ doubled: this.#halved });
  }

  async residuals({ sample, timestep, index }: Parameters<ControlHook>[0], signal: AbortSignal | undefined): Promise<Residuals> {
    const call = { sample: this.#halved ? firstHalf(sample) : sample, timestep };
    const active = this.#controls.filter((control) => counts(control, index, this.#steps));
    const [first] = active;
    if (first === undefined) return NOTHING;
    if (active.length === 1 && !this.#guess) return this.#predict(first, call, { scale: first.scale, signal });
    this.#sum.clear();
    for (const control of active) await this.#add(control, call, signal);
    return this.#sum.total();
  }

  async #add(control: Prepared, call: Call, signal: AbortSignal | undefined): Promise<void> {
    if (!this.#guess || control.pooled) return this.#sum.add(await this.#predict(control, call, { scale: control.scale, signal }));
    const residuals = await this.#predict(control, call, { scale: 1, signal });
    this.#sum.add(residuals, guessFactors(residuals, control.scale));
  }

  #predict(
    { net, condition }: Prepared,
    call: Call,
    { scale, signal }: { readonly scale: number; readonly signal: AbortSignal | undefined },
  ) {
    signal?.throwIfAborted();
    return net.predict({ ...call, ...this.#conditioning, condition, scale }, signal);
  }
}

function prepare(control: Control, size: Size, copies: number): Prepared {
  const { net, image, scale = 1, from = 0, to = 1, pooled = false } = control;
  if (!Number.isFinite(scale)) throw fail('BAD_CONTROL', { problem: `its scale is ${scale}` });
  if (!(from >= 0 && to <= 1 && from < to)) throw fail('BAD_CONTROL', { problem: `it counts from ${from} to ${to} of the run` });
  return { net, scale, from, to, pooled, condition: controlImage(image, size, copies) };
}

/** Whether a control counts at a step: the step must lie within its window as a whole. */
function counts({ scale, from, to }: Prepared, index: number, steps: number): boolean {
  return scale !== 0 && index / steps >= from && (index + 1) / steps <= to;
}

function guessFactors(residuals: Residuals, scale: number): Readonly<Record<string, number>> {
  const names = residualOrder(Object.keys(residuals));
  const scales = guessScales(names.length);
  return Object.fromEntries(names.map((name, i) => [name, Math.fround(scales[i]! * Math.fround(scale))]));
}

function firstHalf({ data, dims: [batch, ...rest] }: Plane): Plane {
  return { data: data.subarray(0, data.length / 2), dims: [batch! / 2, ...rest] };
}

function secondHalves(conditioning: ControlledRun['conditioning']): ControlledRun['conditioning'] {
  const halves = Object.entries(conditioning).map(([name, plane]) => [name, plane === undefined ? undefined : secondHalf(plane)]);
  return Object.fromEntries(halves);
}

function secondHalf({ data, dims: [batch, ...rest] }: Plane): Plane {
  return { data: data.slice(data.length / 2), dims: [batch! / 2, ...rest] };
}
