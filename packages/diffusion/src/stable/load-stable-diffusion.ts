import type { LoadContext } from '@vision-sdk/core';
import { loadTogether } from '../components/load-together.ts';
import { TextEncoder } from '../components/text-encoder.ts';
import { Unet } from '../components/unet.ts';
import { VaeDecoder, VaeEncoder } from '../components/vae.ts';
import { fail } from '../errors.ts';
import { CURRENT_SCHEDULERS, type SchedulerBehaviour } from '../schedulers/behaviour.ts';
import { createScheduler } from '../schedulers/create-scheduler.ts';
import type { Scheduler } from '../schedulers/scheduler.ts';
import { loadClipTokenizer } from '../tokenizer/load-clip-tokenizer.ts';
import { openWeights, type WeightFolder } from '../weights/open-weights.ts';
import type { ComponentWanted, DiffusersWeights } from '../weights/wanted.ts';
import type { NoiseSettings } from './noise.ts';
import { createStableDiffusion, type StableDiffusion, type TextTower } from './stable-diffusion.ts';

/** The components of SD and SDXL, for {@link diffusersWeights}. */
export const STABLE_DIFFUSION_COMPONENTS: readonly ComponentWanted[] = [
  { name: 'text_encoder' },
  { name: 'text_encoder_2', optional: true },
  { name: 'unet' },
  { name: 'vae_decoder' },
  { name: 'vae_encoder', optional: true },
];

/** How a model is loaded. */
export interface LoadStableDiffusionOptions {
  /** Class of the scheduler, with the options of the model's own; the model's own by default. */
  readonly scheduler?: string | undefined;
  readonly schedulerBehaviour?: SchedulerBehaviour | undefined;
  readonly noise?: NoiseSettings | undefined;
}

/** Loads a model of {@link STABLE_DIFFUSION_COMPONENTS}, each component on its own device. Throws `VISION_DIFFUSION_*` and `VISION_ONNX_*`. */
export async function loadStableDiffusion(
  context: LoadContext,
  weights: DiffusersWeights,
  options: LoadStableDiffusionOptions = {},
): Promise<StableDiffusion> {
  const folder = await openWeights(context, weights);
  const scheduler = await loadScheduler(folder, options);
  const index = ((await folder.json('model_index.json')) ?? {}) as Readonly<Record<string, unknown>>;
  const zerosForEmptyPrompt = index.force_zeros_for_empty_prompt !== false;
  const component = componentLoader(context, folder);
  return loadTogether(async (keep, dispose) => {
    const load: Load = async (name, kind) => keep(await component(name, kind));
    const text = await loadText(folder, load, context.log);
    const unet = await load('unet', Unet);
    // SDXL is told what both encoders say: here a missing one has a name, while painting it would be a shape that does not fit.
    if (unet.takes.includes('time_ids')) await folder.graph('text_encoder_2');
    const vaeDecoder = await load('vae_decoder', VaeDecoder);
    const vaeEncoder = folder.has('vae_encoder') ? await load('vae_encoder', VaeEncoder) : undefined;
    return createStableDiffusion({ unet, vaeDecoder, vaeEncoder, text, scheduler, zerosForEmptyPrompt, noise: options.noise, dispose });
  });
}

type Load = <T extends AsyncDisposable>(name: string, kind: Loadable<T>) => Promise<T>;

async function loadText(folder: WeightFolder, load: Load, log: LoadContext['log']): Promise<readonly TextTower[]> {
  const first = { tokenizer: await firstTokenizer(folder), encoder: await load('text_encoder', TextEncoder) };
  if (!folder.has('text_encoder_2')) return [first];
  const text = [first, { tokenizer: await secondTokenizer(folder), encoder: await load('text_encoder_2', TextEncoder) }];
  warnOfLastStates(text, log);
  return text;
}

/** diffusers cannot use such an export for SDXL at all; here the states after the last layer stand in, and prompts are followed less well. */
function warnOfLastStates(text: readonly { readonly encoder: TextEncoder }[], log: LoadContext['log']): void {
  for (const [i, { encoder }] of text.entries()) {
    if (encoder.givesPenultimate) continue;
    const component = i === 0 ? 'text_encoder' : 'text_encoder_2';
    log.warn({ component }, 'this export lacks the hidden states that SDXL was trained with; export it with output_hidden_states');
  }
}

/** A class of components. */
interface Loadable<T> {
  load(path: string, options: { readonly name: string; readonly config: Readonly<Record<string, unknown>> }): Promise<T>;
}

/** Loads components of a model, each on the device that it was given. */
export function componentLoader(context: LoadContext, folder: WeightFolder): <T>(name: string, kind: Loadable<T>) => Promise<T> {
  const { threads, signal, log } = context;
  return async (name, kind) => {
    signal.throwIfAborted();
    const config = await folder.config(name);
    const options = { name, config, device: context.deviceOf(name), threads, signal, log };
    return kind.load(await folder.graph(name), options);
  };
}

/** The scheduler of a model's `scheduler_config.json`, by option of another class with the same options. Throws `VISION_DIFFUSION_*`. */
export async function loadScheduler(folder: WeightFolder, options: LoadStableDiffusionOptions = {}): Promise<Scheduler> {
  const file = 'scheduler/scheduler_config.json';
  const config = await folder.json(file);
  if (typeof config !== 'object' || config === null) throw fail('BAD_CONFIG', { file, problem: `it is not in ${folder.where}` });
  const named = options.scheduler === undefined ? config : { ...config, _class_name: options.scheduler };
  return createScheduler(named as Readonly<Record<string, unknown>>, options.schedulerBehaviour ?? CURRENT_SCHEDULERS);
}

async function firstTokenizer(folder: WeightFolder): Promise<TextTower['tokenizer']> {
  const at = await folder.folderOf(...tokenizerFiles('tokenizer/'), ...tokenizerFiles(''));
  if (at === undefined) throw fail('MISSING_COMPONENT', { component: 'tokenizer', where: 'the model', file: 'tokenizer/vocab.json' });
  return loadClipTokenizer(at);
}

/** SDXL's second tokenizer is the first one with another padding. */
async function secondTokenizer(folder: WeightFolder): Promise<TextTower['tokenizer']> {
  const at = await folder.folderOf(...tokenizerFiles('tokenizer_2/'));
  if (at !== undefined) return loadClipTokenizer(at);
  const first = await folder.folderOf(...tokenizerFiles('tokenizer/'), ...tokenizerFiles(''));
  return loadClipTokenizer(first!, { padToken: '!' });
}

function tokenizerFiles(folder: string): readonly string[] {
  return ['vocab.json', 'tokenizer.json'].map((file) => `${folder}${file}`);
}
