import type { TinyModel } from '@vision-sdk/onnx/testing';
import { tinyControlNet } from './controlnet.ts';
import type { Defect, TinyVariations } from './options.ts';
import { VISION_SCHEDULER } from './scheduler-config.ts';
import { tinyTextEncoder } from './text-encoder.ts';
import { tokenizerFiles, vocabularySize } from './tokenizer-files.ts';
import { type Condition, tinyUnet, WIDTH } from './unet.ts';
import { tinyVaeDecoder, tinyVaeEncoder } from './vae.ts';
import { type FolderContent, writeFolder, writeModel } from './write-folder.ts';

/** Components of a Stable Diffusion folder. */
export type StableDiffusionComponent = 'text_encoder' | 'text_encoder_2' | 'unet' | 'vae_encoder' | 'vae_decoder';

/** What a tiny Stable Diffusion is like. */
export interface TinyStableDiffusion extends TinyVariations {
  /** Stable Diffusion 1.5 or SDXL. */
  readonly kind: 'sd' | 'sdxl';
  /** 4 by default; 9 for a UNet that also takes a mask and the masked picture. */
  readonly inChannels?: number;
  readonly latentChannels?: number;
  /** Side of the latents by default: 8. */
  readonly sampleSize?: number;
  /** Pixels of a latent's side, a power of two: 8 by default. */
  readonly vaeScale?: number;
  /** Whether the UNet takes a ControlNet's residuals. */
  readonly residuals?: boolean;
  /** Whether the text encoders answer the states of every layer: true by default. */
  readonly hiddenStates?: boolean;
  /** Whether the text encoders also take `output_hidden_states`. */
  readonly booleanInput?: boolean;
  /** `latent_parameters` by default. */
  readonly encodes?: 'latent_parameters' | 'latent_sample';
  /** `scheduler_config.json`; Vision's DDPM by default. */
  readonly scheduler?: Readonly<Record<string, unknown>>;
  readonly defects?: Readonly<Partial<Record<StableDiffusionComponent, Defect>>>;
  /** Components and files that are left out. */
  readonly without?: readonly string[];
}

/** A ControlNet for the tiny Stable Diffusion of the same kind and sizes. */
export interface TinyControlNet extends TinyVariations {
  readonly kind: 'sd' | 'sdxl';
  readonly latentChannels?: number;
  readonly vaeScale?: number;
  readonly scaleInput?: 'scalar' | 'one' | 'none';
  readonly defect?: Defect;
}

const TEXT_WIDTHS = { sd: [8], sdxl: [8, 12] } as const;
const POOLED = 6;
const SCALING = { sd: 0.18215, sdxl: 0.13025 } as const;

/** Writes a whole Stable Diffusion of random weights: diffusers' folder, or transformers.js' layout. Returns the folder. */
export async function writeTinyStableDiffusion(folder: string, options: TinyStableDiffusion): Promise<string> {
  await writeFolder(folder, { graphs: graphsOf(options), files: filesOf(options) }, options);
  return folder;
}

/** Writes a ControlNet of random weights: `model.onnx` and `config.json` in the folder itself. Returns the path of the graph. */
export async function writeTinyControlNet(folder: string, options: TinyControlNet): Promise<string> {
  const { latentChannels = 4, vaeScale = 8 } = options;
  const path = `${folder}/model.onnx`;
  await writeModel(
    path,
    tinyControlNet({ ...options, component: 6, condition: conditionOf(options.kind), latentChannels, vaeScale }),
    options,
  );
  const config = { _class_name: 'ControlNetModel', in_channels: latentChannels, conditioning_channels: 3 };
  await writeFolder(folder, { graphs: {}, files: { 'config.json': config } }, {});
  return path;
}

function graphsOf(options: TinyStableDiffusion): Readonly<Record<string, TinyModel>> {
  const { kind, inChannels = 4, defects = {} } = options;
  const size = sizeOf(options);
  const text = { vocabulary: vocabularySize(), hiddenStates: options.hiddenStates, booleanInput: options.booleanInput };
  const [width, second] = TEXT_WIDTHS[kind];
  const part = (component: number, name: StableDiffusionComponent) => ({ ...options, ...size, component, defect: defects[name] });
  return {
    text_encoder: tinyTextEncoder({ ...part(1, 'text_encoder'), ...text, width }),
    ...(second === undefined
      ? {}
      : { text_encoder_2: tinyTextEncoder({ ...part(2, 'text_encoder_2'), ...text, width: second, projection: POOLED }) }),
    unet: tinyUnet({ ...part(3, 'unet'), inChannels, condition: conditionOf(kind) }),
    vae_encoder: tinyVaeEncoder({ ...part(4, 'vae_encoder'), scalingFactor: SCALING[kind] }),
    vae_decoder: tinyVaeDecoder({ ...part(5, 'vae_decoder'), scalingFactor: SCALING[kind] }),
  };
}

function sizeOf({ latentChannels = 4, vaeScale = 8 }: Pick<TinyStableDiffusion, 'latentChannels' | 'vaeScale'>) {
  return { latentChannels, vaeScale };
}

function conditionOf(kind: 'sd' | 'sdxl'): Condition {
  const width = TEXT_WIDTHS[kind].reduce<number>((sum, one) => sum + one, 0);
  return kind === 'sd' ? { kind: 'text', width } : { kind: 'text-and-size', width, pooled: POOLED };
}

function filesOf(options: TinyStableDiffusion): FolderContent['files'] {
  const { kind, scheduler = VISION_SCHEDULER } = options;
  return {
    'model_index.json': modelIndex(kind),
    ...within('tokenizer', tokenizerFiles()),
    ...(kind === 'sdxl' ? within('tokenizer_2', tokenizerFiles({ padToken: '!' })) : {}),
    'scheduler/scheduler_config.json': scheduler,
    ...configs(options),
  };
}

function within(folder: string, files: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text]));
}

function modelIndex(kind: 'sd' | 'sdxl'): object {
  const common = {
    scheduler: ['diffusers', 'DDPMScheduler'],
    text_encoder: ['transformers', 'CLIPTextModel'],
    tokenizer: ['transformers', 'CLIPTokenizer'],
    unet: ['diffusers', 'UNet2DConditionModel'],
    vae: ['diffusers', 'AutoencoderKL'],
  };
  if (kind === 'sd') return { _class_name: 'StableDiffusionPipeline', _diffusers_version: '0.25.1', ...common };
  const second = { text_encoder_2: ['transformers', 'CLIPTextModelWithProjection'], tokenizer_2: ['transformers', 'CLIPTokenizer'] };
  return {
    _class_name: 'StableDiffusionXLPipeline',
    _diffusers_version: '0.25.1',
    force_zeros_for_empty_prompt: true,
    ...common,
    ...second,
  };
}

function configs(options: TinyStableDiffusion): FolderContent['files'] {
  const { kind, inChannels = 4, sampleSize = 8 } = options;
  const { latentChannels, vaeScale } = sizeOf(options);
  const [first, second] = TEXT_WIDTHS[kind];
  const vae = vaeConfig({ latentChannels, vaeScale, scalingFactor: SCALING[kind], sampleSize: sampleSize * vaeScale });
  return {
    'text_encoder/config.json': textConfig('CLIPTextModel', first),
    ...(second === undefined ? {} : { 'text_encoder_2/config.json': textConfig('CLIPTextModelWithProjection', second) }),
    'unet/config.json': {
      _class_name: 'UNet2DConditionModel',
      in_channels: inChannels,
      out_channels: latentChannels,
      sample_size: sampleSize,
      cross_attention_dim: conditionOf(kind).width,
      block_out_channels: [WIDTH, 2 * WIDTH],
      layers_per_block: 1,
      ...(kind === 'sdxl'
        ? { addition_embed_type: 'text_time', addition_time_embed_dim: 4, projection_class_embeddings_input_dim: 24 + POOLED }
        : {}),
    },
    'vae_encoder/config.json': vae,
    'vae_decoder/config.json': vae,
  };
}

function textConfig(architecture: string, width: number): object {
  return {
    architectures: [architecture],
    hidden_size: width,
    max_position_embeddings: 77,
    num_hidden_layers: 2,
    vocab_size: vocabularySize(),
    ...(architecture.endsWith('Projection') ? { projection_dim: POOLED } : {}),
  };
}

function vaeConfig(sizes: { latentChannels: number; vaeScale: number; scalingFactor: number; sampleSize: number }): object {
  return {
    _class_name: 'AutoencoderKL',
    latent_channels: sizes.latentChannels,
    block_out_channels: Array.from({ length: Math.log2(sizes.vaeScale) + 1 }, () => WIDTH),
    scaling_factor: sizes.scalingFactor,
    sample_size: sizes.sampleSize,
    force_upcast: false,
  };
}
