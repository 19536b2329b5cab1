import type { TinyModel } from '@vision-sdk/onnx/testing';
import type { Defect, TinyVariations } from './options.ts';
import { type ImageEncoderOptions, type PriorOptions, tinyImageEncoder, tinyPrior } from './prior.ts';
import { KANDINSKY_SCHEDULER, PRIOR_SCHEDULER } from './scheduler-config.ts';
import { tinyTextEncoder } from './text-encoder.ts';
import { tokenizerFiles, vocabularySize } from './tokenizer-files.ts';
import { tinyUnet, type UnetOptions, WIDTH } from './unet.ts';
import { tinyVaeDecoder, tinyVaeEncoder } from './vae.ts';
import { type FolderContent, writeFolder } from './write-folder.ts';

/** Components of a Kandinsky folder. */
export type KandinskyComponent = 'text_encoder' | 'image_encoder' | 'prior' | 'unet' | 'unet_inpaint' | 'movq_encoder' | 'movq_decoder';

/** What a tiny Kandinsky 2.2 is like. */
export interface TinyKandinsky extends TinyVariations {
  readonly latentChannels?: number;
  /** Side of the latents by default: 8. */
  readonly sampleSize?: number;
  /** Pixels of a latent's side, a power of two: 8 by default. */
  readonly vaeScale?: number;
  /** Pixels of the image encoder's side: 224 by default. */
  readonly imageSize?: number;
  readonly maskType?: PriorOptions['maskType'];
  /** `scheduler_config.json` of the decoder. */
  readonly scheduler?: Readonly<Record<string, unknown>>;
  readonly defects?: Readonly<Partial<Record<KandinskyComponent, Defect>>>;
  /** Components and files that are left out. */
  readonly without?: readonly string[];
}

const EMBEDDING = 8;
const TEXT_WIDTH = 8;

/** Writes a whole Kandinsky 2.2 of random weights. Returns the folder. */
export async function writeTinyKandinsky(folder: string, options: TinyKandinsky = {}): Promise<string> {
  await writeFolder(folder, { graphs: graphsOf(options), files: filesOf(options) }, options);
  return folder;
}

function graphsOf(options: TinyKandinsky): Readonly<Record<KandinskyComponent, TinyModel>> {
  const { latentChannels = 4, vaeScale = 8, imageSize = 224, defects = {} } = options;
  const part = (component: number, name: KandinskyComponent) => ({ ...options, component, defect: defects[name] });
  const unet: Pick<UnetOptions, 'condition' | 'latentChannels' | 'learnsVariance'> = {
    condition: { kind: 'image', width: EMBEDDING },
    latentChannels,
    learnsVariance: true,
  };
  const movq = { latentChannels, vaeScale, scalingFactor: 1 };
  const image: Pick<ImageEncoderOptions, 'embedding' | 'imageSize'> = { embedding: EMBEDDING, imageSize };
  const text = { vocabulary: vocabularySize(), width: TEXT_WIDTH, projection: EMBEDDING, hiddenStates: false };
  return {
    text_encoder: tinyTextEncoder({ ...part(11, 'text_encoder'), ...text }),
    image_encoder: tinyImageEncoder({ ...part(12, 'image_encoder'), ...image }),
    prior: tinyPrior({ ...part(13, 'prior'), embedding: EMBEDDING, textWidth: TEXT_WIDTH }),
    unet: tinyUnet({ ...part(14, 'unet'), ...unet, inChannels: latentChannels }),
    unet_inpaint: tinyUnet({ ...part(15, 'unet_inpaint'), ...unet, inChannels: 2 * latentChannels + 1 }),
    movq_encoder: tinyVaeEncoder({ ...part(16, 'movq_encoder'), ...movq, encodes: 'latent_sample' }),
    movq_decoder: tinyVaeDecoder({ ...part(17, 'movq_decoder'), ...movq }),
  };
}

function filesOf(options: TinyKandinsky): FolderContent['files'] {
  const { imageSize = 224, scheduler = KANDINSKY_SCHEDULER } = options;
  const tokenizer = Object.entries(tokenizerFiles()).map(([name, text]) => [`tokenizer/${name}`, text]);
  return {
    'model_index.json': { _class_name: 'KandinskyV22CombinedPipeline', _diffusers_version: '0.25.1' },
    ...Object.fromEntries(tokenizer),
    'scheduler/scheduler_config.json': scheduler,
    'prior_scheduler/scheduler_config.json': PRIOR_SCHEDULER,
    'text_encoder/config.json': { architectures: ['CLIPTextModelWithProjection'], hidden_size: TEXT_WIDTH, projection_dim: EMBEDDING },
    'image_encoder/config.json': { architectures: ['CLIPVisionModelWithProjection'], image_size: imageSize, projection_dim: EMBEDDING },
    ...networkConfigs(options),
  };
}

function networkConfigs({ latentChannels = 4, sampleSize = 8, vaeScale = 8 }: TinyKandinsky): FolderContent['files'] {
  const unet = (inChannels: number) => ({
    _class_name: 'UNet2DConditionModel',
    in_channels: inChannels,
    out_channels: 2 * latentChannels,
    sample_size: sampleSize,
    block_out_channels: [WIDTH, 2 * WIDTH],
    encoder_hid_dim_type: 'image_proj',
  });
  const movq = {
    _class_name: 'VQModel',
    latent_channels: latentChannels,
    block_out_channels: Array.from({ length: Math.log2(vaeScale) + 1 }, () => WIDTH),
  };
  return {
    'prior/config.json': {
      _class_name: 'PriorTransformer',
      embedding_dim: EMBEDDING,
      clip_mean: Array.from({ length: EMBEDDING }, (_, i) => (i - 4) / 50),
      clip_std: Array.from({ length: EMBEDDING }, (_, i) => 0.8 + i / 20),
    },
    'unet/config.json': unet(latentChannels),
    'unet_inpaint/config.json': unet(2 * latentChannels + 1),
    'movq_encoder/config.json': movq,
    'movq_decoder/config.json': movq,
  };
}
