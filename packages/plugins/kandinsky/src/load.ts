import type { LoadContext } from '@vision-sdk/core';
import {
  type ComponentOptions,
  type ComponentWanted,
  createScheduler,
  type DiffusersWeights,
  loadClipTokenizer,
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

/** Loads every component that is there, each on its own device, one after the other. What was loaded is freed again if one fails. */
export async function loadKandinsky(context: LoadContext, weights: DiffusersWeights): Promise<Kandinsky> {
  const loading = new Loading(context, await openWeights(context, weights));
  try {
    const parts = await loading.parts();
    checkFit(parts);
    return { ...parts, [Symbol.asyncDispose]: () => loading.dispose() };
  } catch (error) {
    await loading.dispose();
    throw error;
  }
}

type Load<T> = (path: string, options: ComponentOptions) => Promise<T>;

class Loading {
  readonly #context: LoadContext;
  readonly #folder: WeightFolder;
  readonly #loaded: AsyncDisposable[] = [];

  constructor(context: LoadContext, folder: WeightFolder) {
    this.#context = context;
    this.#folder = folder;
  }

  async parts(): Promise<KandinskyParts> {
    const config = (await this.#folder.json('scheduler/scheduler_config.json')) ?? {};
    const scheduler = config as Readonly<Record<string, unknown>>;
    const priorConfig = (await this.#folder.json('prior_scheduler/scheduler_config.json')) ?? PRIOR_SCHEDULER;
    return {
      scheduler: createScheduler(scheduler),
      learnsVariance: scheduler._class_name === 'DDPMScheduler' && LEARNED.includes(scheduler.variance_type as string),
      priorScheduler: createScheduler(priorConfig as Readonly<Record<string, unknown>>),
      tokenizer: await loadClipTokenizer(await this.#tokenizer()),
      textEncoder: await this.#load('text_encoder', TextEncoder.load),
      imageEncoder: await this.#load('image_encoder', ImageEncoder.load),
      prior: await this.#load('prior', Prior.load),
      unet: await this.#load('unet', Unet.load),
      inpaintUnet: await this.#loadOptional('unet_inpaint', Unet.load),
      movqEncoder: await this.#loadOptional('movq_encoder', VaeEncoder.load),
      movqDecoder: await this.#load('movq_decoder', VaeDecoder.load),
    };
  }

  async #tokenizer(): Promise<string> {
    const folder = await this.#folder.folderOf('tokenizer/vocab.json', 'tokenizer/tokenizer.json');
    if (folder === undefined) throw fail('UNFIT_COMPONENT', { component: 'tokenizer', problem: 'the weight folder has none' });
    return folder;
  }

  async #load<T extends AsyncDisposable>(name: string, load: Load<T>): Promise<T> {
    const { threads, signal, log } = this.#context;
    const [path, config] = [await this.#folder.graph(name), await this.#folder.config(name)];
    const component = await load(path, { name, config, device: this.#context.deviceOf(name), threads, signal, log });
    this.#loaded.push(component);
    return component;
  }

  async #loadOptional<T extends AsyncDisposable>(name: string, load: Load<T>): Promise<T | undefined> {
    return this.#folder.has(name) ? this.#load(name, load) : undefined;
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#loaded.splice(0).map((component) => component[Symbol.asyncDispose]()));
  }
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
