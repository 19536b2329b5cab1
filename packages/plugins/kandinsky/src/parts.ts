import type { ClipTokenizer, Face, NoiseSettings, Scheduler, TextEncoder, Unet, VaeDecoder, VaeEncoder } from '@vision-sdk/diffusion';
import type { ImageEncoder } from './components/image-encoder.ts';
import type { Prior } from './components/prior.ts';

/** What Kandinsky 2.2 is made of. Recordings can stand in for each part. */
export interface KandinskyParts {
  readonly tokenizer: ClipTokenizer;
  readonly textEncoder: Pick<TextEncoder, 'encode'>;
  readonly imageEncoder: Face<ImageEncoder>;
  readonly prior: Face<Prior>;
  readonly priorScheduler: Scheduler;
  readonly unet: Face<Unet>;
  /** The network for pictures with holes; undefined where `unet` serves for them too. */
  readonly inpaintUnet: Face<Unet> | undefined;
  readonly movqEncoder: Face<VaeEncoder> | undefined;
  readonly movqDecoder: Face<VaeDecoder>;
  readonly scheduler: Scheduler;
  /** Whether the scheduler takes the variance that the UNets give behind their prediction. */
  readonly learnsVariance: boolean;
  readonly noise?: NoiseSettings | undefined;
}
