import type { LoadContext } from '@vision-sdk/core';
import { ControlNet } from '../components/control-net.ts';
import { loadTogether } from '../components/load-together.ts';
import { type LoadStableDiffusionOptions, loadStableDiffusion } from '../stable/load-stable-diffusion.ts';
import type { StableDiffusion } from '../stable/stable-diffusion.ts';
import { openWeights } from '../weights/open-weights.ts';
import type { DiffusersWeights } from '../weights/wanted.ts';
import type { Control } from './control.ts';
import { checkControlNet } from './controlled.ts';

/** A Stable Diffusion with its ControlNets, loaded. */
export interface ControlledDiffusion<Name extends string = string> extends AsyncDisposable {
  readonly sd: StableDiffusion;
  readonly nets: Readonly<Partial<Record<Name, Pick<Control, 'net' | 'pooled'>>>>;
}

/** Weights of a model and of its ControlNets by name. The name is also that of the component in `placement`. */
export interface ControlledSources<Name extends string = string> {
  readonly model: DiffusersWeights;
  readonly nets: Readonly<Partial<Record<Name, DiffusersWeights>>>;
}

/**
 * Loads a model and its ControlNets, each component on its own device. Throws `VISION_DIFFUSION_CONTROL_MISMATCH` where they do not belong together, and
 * what loading throws.
 */
export async function loadControlled<Name extends string>(
  context: LoadContext,
  { model, nets }: ControlledSources<Name>,
  options: LoadStableDiffusionOptions = {},
): Promise<ControlledDiffusion<Name>> {
  return loadTogether(async (keep, dispose) => {
    const sd = keep(await loadStableDiffusion(context, model, options));
    const loaded: Partial<Record<Name, Pick<Control, 'net' | 'pooled'>>> = {};
    for (const [name, weights] of Object.entries(nets) as [Name, DiffusersWeights][]) {
      const { net, pooled } = await loadControlNet(context, name, weights);
      checkControlNet(sd.unet, keep(net));
      loaded[name] = { net, pooled };
    }
    return { sd, nets: loaded, [Symbol.asyncDispose]: dispose };
  });
}

async function loadControlNet(context: LoadContext, name: string, weights: DiffusersWeights) {
  context.signal.throwIfAborted();
  const folder = await openWeights(context, weights);
  const config = await folder.config('controlnet');
  const { threads, signal, log } = context;
  const options = { name, config, device: context.deviceOf(name), threads, signal, log };
  const net = await ControlNet.load(await folder.graph('controlnet'), options);
  return { net, pooled: config.global_pool_conditions === true };
}
