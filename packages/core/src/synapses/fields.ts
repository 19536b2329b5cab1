import { z } from 'zod';
import { type Random, randomInteger } from '../contract/random.ts';
import type { RefreshContext } from '../contract/synapse.ts';

/** Torch's seeds as Vision sends them: 32 bits, unsigned. */
const seed = z.int().min(0).max(4294967295);
/** An image as base64 of PNG, JPEG or WebP. */
export const base64Image = z.string().min(1);
/** Side of an image in pixels. */
export const side = z.int().min(8).max(4096);
/** A prompt with its weight; below 0 it is a negative prompt, null counts as positive. */
export const textPrompts = z.array(z.object({ text: z.string(), weight: z.number().nullable().default(null) })).default([]);
/** Models of Vision 2.0. */
export const engine = z.string().default('stable-diffusion-xl-turbo');
const cfgScale = z.number().default(7);
const steps = z.int().min(1).max(1000).default(4);

/** A new seed, 1 to 4294967295 as in Vision. */
function newSeed(random: Random): number {
  return randomInteger(random, 1, 4294967296);
}

/** Price of an image operation: one credit. */
export const IMAGE_PRICE = 1000;

/** What every operation asks of a diffusion model besides its picture. Spread it into a request schema in the order of the wire. */
export const diffusionFields = { cfg_scale: cfgScale, steps, seed };

/** What a diffusion market reads of a request. */
interface DiffusionRequest {
  readonly steps: number;
  readonly seed: number;
  readonly width?: number | null;
  readonly height?: number | null;
}

/** Market of the diffusion operations: work is steps times megapixels, one credit a picture, a new seed each time. */
export const diffusionMarket = {
  work: ({ steps, width, height }: DiffusionRequest): number => (steps * (width ?? 1024) * (height ?? 1024)) / 1e6,
  price: (): number => IMAGE_PRICE,
  refresh: <Request extends DiffusionRequest>(request: Request, { random }: RefreshContext): Request => ({
    ...request,
    seed: newSeed(random),
  }),
};

/** As {@link diffusionFields}; null leaves guidance and steps to the model. */
export const modelFields = {
  cfg_scale: cfgScale.unwrap().nullable().default(null),
  steps: steps.unwrap().nullable().default(null),
  seed,
};

/** Steps that stand in for the model's own number. */
const NOMINAL_STEPS = 20;

/** Market of operations that leave steps to the model; {@link diffusionMarket} otherwise. */
export const modelMarket = {
  work: ({ steps, ...request }: Omit<DiffusionRequest, 'steps'> & { readonly steps: number | null }): number =>
    diffusionMarket.work({ ...request, steps: steps ?? NOMINAL_STEPS }),
  price: diffusionMarket.price,
  refresh: <Request extends { readonly seed: number }>(request: Request, { random }: RefreshContext): Request => ({
    ...request,
    seed: newSeed(random),
  }),
};
