import type { LoadContext } from '@vision-sdk/core';
import {
  type ClipTokenizer,
  type ComponentOptions,
  type ComponentWanted,
  componentLoader,
  createScheduler,
  type DiffusersWeights,
  type LoadStableDiffusionOptions,
  loadClipTokenizer,
  loadScheduler,
  loadTogether,
  openWeights,
  TextEncoder,
  Unet,
  VaeDecoder,
  VaeEncoder,
  type WeightFolder,
} from '@vision-sdk/diffusion';
import { ImageEncoder } from './components/image-encoder.ts';
import { Prior } from './components/prior.ts';
import { fail } from './errors.ts';
import type { KandinskyParts } from './parts.ts';

/** Kandinsky's graphs by the names of their folders. */
export const COMPONENTS: readonly ComponentWanted[] = [
  { name: 'text_encoder' },
  { name: 'image_encoder' },
  { name: 'prior' },
  { name: 'unet' },
  { name: 'unet_inpaint', optional: true },
  { name: 'movq_encoder', optional: true },
  { name: 'movq_decoder' },
];

const PRIOR_SCHEDULER = {
  _class_name: 'UnCLIPScheduler',
  variance_type: 'fixed_small_log',
  prediction_type: 'sample',
  clip_sample_range: 5,
};
const LEARNED = ['learned', 'learned_range'];

/** Kandinsky 2.2 in memory. */
export type Kandinsky = KandinskyParts & AsyncDisposable;

/** Loads every component that is there, each on its own device. Throws `VISION_KANDINSKY_*`, `VISION_DIFFUSION_*` and `VISION_ONNX_*`. */
export async function loadKandinsky(
  context: LoadContext,
  weights: DiffusersWeights,
  options: LoadStableDiffusionOptions = {},
): Promise<Kandinsky> {
  const folder = await openWeights(context, weights);
  return loadTogether(async (keep, dispose) => {
    const component = componentLoader(context, folder);
    const parts = await loadParts(folder, async (name, kind) => keep(await component(name, kind)), options);
    checkFit(parts);
    return { ...parts, [Symbol.asyncDispose]: dispose };
  });
}

type Load = <T extends AsyncDisposable>(name: string, kind: Loadable<T>) => Promise<T>;

async function loadParts(folder: WeightFolder, load: Load, options: LoadStableDiffusionOptions): Promise<KandinskyParts> {
  const optional = async <T extends AsyncDisposable>(name: string, kind: Loadable<T>) => (folder.has(name) ? load(name, kind) : undefined);
  return {
    ...(await loadSchedulers(folder, options)),
    tokenizer: await loadTokenizer(folder),
    textEncoder: await load('text_encoder', TextEncoder),
    imageEncoder: await load('image_encoder', ImageEncoder),
    prior: await load('prior', Prior),
    unet: await load('unet', Unet),
    inpaintUnet: await optional('unet_inpaint', Unet),
    movqEncoder: await optional('movq_encoder', VaeEncoder),
    movqDecoder: await load('movq_decoder', VaeDecoder),
  };
}

interface Loadable<T> {
  load(path: string, options: ComponentOptions): Promise<T>;
}

async function loadSchedulers(
  folder: WeightFolder,
  options: LoadStableDiffusionOptions,
): Promise<Pick<KandinskyParts, 'scheduler' | 'priorScheduler' | 'learnsVariance' | 'noise'>> {
  const scheduler = await loadScheduler(folder, options);
  const { variance_type } = (await folder.json('scheduler/scheduler_config.json')) as Readonly<Record<string, unknown>>;
  const prior = ((await folder.json('prior_scheduler/scheduler_config.json')) ?? PRIOR_SCHEDULER) as Readonly<Record<string, unknown>>;
  return {
    scheduler,
    learnsVariance: scheduler.name === 'DDPMScheduler' && LEARNED.includes(variance_type as string),
    priorScheduler: createScheduler(prior, options.schedulerBehaviour),
    noise: options.noise,
  };
}

async function loadTokenizer(folder: WeightFolder): Promise<ClipTokenizer> {
  const at = await folder.folderOf('tokenizer/vocab.json', 'tokenizer/tokenizer.json');
  if (at === undefined) throw fail('UNFIT_COMPONENT', { component: 'tokenizer', problem: 'the weight folder has none' });
  return loadClipTokenizer(at);
}

/** Throws `VISION_KANDINSKY_UNFIT_COMPONENT` for UNets whose channels are not what the operations and the scheduler need. */
function checkFit({ unet, inpaintUnet, movqDecoder, learnsVariance }: KandinskyParts): void {
  const latents = movqDecoder.latentChannels;
  checkChannels('unet', unet, { latents, takes: latents, learnsVariance });
  if (inpaintUnet !== undefined) checkChannels('unet_inpaint', inpaintUnet, { latents, takes: 2 * latents + 1, learnsVariance });
}

interface Channels {
  readonly latents: number;
  readonly takes: number;
  readonly learnsVariance: boolean;
}

function checkChannels(component: string, { inChannels, outChannels }: KandinskyParts['unet'], wanted: Channels): void {
  const { latents, takes, learnsVariance } = wanted;
  const refuse = (problem: string) => fail('UNFIT_COMPONENT', { component, problem });
  if (inChannels !== takes) throw refuse(`it takes ${inChannels} channels where ${takes} belong for latents of ${latents}`);
  if (outChannels !== 2 * latents && (learnsVariance || outChannels !== latents))
    throw refuse(`it gives ${outChannels} channels where ${2 * latents} belong for latents of ${latents} and their variance`);
}
