import type { Face, Plane } from '../components/plane.ts';
import type { TextEncoder } from '../components/text-encoder.ts';
import type { Unet } from '../components/unet.ts';
import type { VaeDecoder, VaeEncoder } from '../components/vae.ts';
import type { Scheduler } from '../schedulers/scheduler.ts';
import type { ClipTokenizer } from '../tokenizer/clip-tokenizer.ts';
import { type ConditioningOptions, conditioningOf } from './conditioning.ts';
import type { NoiseSettings } from './noise.ts';
import { PromptEncoder } from './prompt-encoder.ts';

const SDXL_SCALING = 0.13025;
const SD_SCALING = 0.18215;
const USUAL_SIDE = 64;

/** A text encoder with the tokenizer it was trained with. */
export interface TextTower {
  readonly tokenizer: Pick<ClipTokenizer, 'encodePadded'>;
  readonly encoder: Pick<TextEncoder, 'encode'>;
}

/** What a Stable Diffusion model is made of. */
export interface StableDiffusionParts {
  readonly unet: Face<Unet>;
  readonly vaeDecoder: Face<VaeDecoder>;
  readonly vaeEncoder?: Face<VaeEncoder> | undefined;
  /** One for SD, two for SDXL. */
  readonly text: readonly TextTower[];
  readonly scheduler: Scheduler;
  readonly scalingFactor?: number | undefined;
  /** SDXL: where no negative prompt is given, nothing at all is encoded. Published models say so; true by default. */
  readonly zerosForEmptyPrompt?: boolean | undefined;
  readonly noise?: NoiseSettings | undefined;
  /** Frees what the parts hold. */
  dispose?(): Promise<void>;
}

/** What the denoising network is told of prompts and sizes, for a whole batch; with guidance twice as long, unconditional first. */
export interface Conditioning {
  /** Pictures of the batch. */
  readonly batch: number;
  /** True where guidance needs both halves. */
  readonly guided: boolean;
  readonly hiddenStates: Plane;
  readonly textEmbeds?: Plane | undefined;
  readonly timeIds?: Plane | undefined;
  readonly timestepCond?: Plane | undefined;
}

/** What any denoising network is told: that of models which know nothing of prompts as well, such as Kandinsky's. */
export interface NetworkConditioning extends Omit<Conditioning, 'hiddenStates'> {
  readonly hiddenStates?: Plane | undefined;
  readonly imageEmbeds?: Plane | undefined;
}

/** SD 1.5, SD 2, SDXL and what is distilled from them, loaded. */
export interface StableDiffusion extends AsyncDisposable {
  readonly kind: 'sd' | 'sdxl';
  readonly unet: Face<Unet>;
  readonly vaeDecoder: Face<VaeDecoder>;
  readonly vaeEncoder: Face<VaeEncoder> | undefined;
  readonly scheduler: Scheduler;
  readonly noise: NoiseSettings;
  readonly latentChannels: number;
  /** Pixels for each latent, along a side. */
  readonly vaeScale: number;
  readonly scalingFactor: number;
  /** Side in pixels that the network was trained with. */
  readonly defaultSize: number;
  /** Encodes prompts. */
  conditioning(options: ConditioningOptions, signal?: AbortSignal): Promise<Conditioning>;
  /** The same model with another scheduler; what is loaded is shared. */
  withScheduler(scheduler: Scheduler): StableDiffusion;
}

/** Puts a model together. Parts that are recordings work as well as those that were loaded. */
export function createStableDiffusion(parts: StableDiffusionParts): StableDiffusion {
  const { unet, vaeDecoder, vaeEncoder, scheduler, noise = {} } = parts;
  const kind = unet.takes.includes('time_ids') ? 'sdxl' : 'sd';
  const vaeScale = vaeDecoder.scale;
  const { guidanceWidth } = unet;
  const conditioned = {
    kind,
    guidanceWidth,
    prompts: new PromptEncoder(parts.text, kind),
    zerosForEmptyPrompt: parts.zerosForEmptyPrompt ?? true,
  } as const;
  return {
    kind,
    unet,
    vaeDecoder,
    vaeEncoder,
    scheduler,
    noise,
    latentChannels: vaeDecoder.latentChannels,
    vaeScale,
    scalingFactor: parts.scalingFactor ?? vaeDecoder.scalingFactor ?? (kind === 'sdxl' ? SDXL_SCALING : SD_SCALING),
    defaultSize: (unet.sampleSize ?? USUAL_SIDE) * vaeScale,
    conditioning: (options, signal) => conditioningOf(conditioned, options, signal),
    withScheduler: (other) => createStableDiffusion({ ...parts, scheduler: other }),
    [Symbol.asyncDispose]: async () => parts.dispose?.(),
  };
}
