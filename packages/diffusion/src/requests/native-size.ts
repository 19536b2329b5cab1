import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { sampleSide } from '../components/sample-side.ts';
import { configPlaces } from '../weights/parts.ts';
import type { DiffusersWeights } from '../weights/wanted.ts';
import type { NativeSize } from './ranges.ts';

const unetConfig = z.object({ sample_size: z.unknown().transform(sampleSide).pipe(z.int().min(1).max(1024)) });
const vaeConfig = z.object({ block_out_channels: z.array(z.number()).min(1).max(8) });
/** Pixels of a latent's side where the VAE's config does not say. */
const LATENT_SCALE = 8;

/**
 * The size that the weights in a folder were made for, read from the configs of its UNet and decoder without loading anything. Undefined where they
 * are not there, as on a hub, or do not say: what is wrong with a folder is reported when it is loaded.
 */
export function nativeSize(weights: DiffusersWeights, { unet = 'unet', decoder = 'vae_decoder' } = {}): NativeSize | undefined {
  const sample = unetConfig.safeParse(configOf(weights, unet));
  if (!sample.success) return undefined;
  const vae = vaeConfig.safeParse(configOf(weights, decoder));
  const latentScale = vae.success ? 2 ** (vae.data.block_out_channels.length - 1) : LATENT_SCALE;
  return { side: sample.data.sample_size * latentScale, latentScale };
}

function configOf(weights: DiffusersWeights, component: string): unknown {
  const [place] = configPlaces(weights, component);
  if (place?.from.kind !== 'folder' || weights.graphs[component] === undefined) return undefined;
  try {
    return JSON.parse(readFileSync(join(place.from.folder, place.file), 'utf8'));
  } catch {
    return undefined;
  }
}
