import { defineModel, randomInteger, type SampleContext, type ServedModel } from '@vision-sdk/core';
import { Upscale } from '@vision-sdk/core/synapses';
import { acceptedRequests } from './accepts.ts';
import { Network } from './network.ts';
import { networkFile } from './network-file.ts';
import type { UpscaleOptions } from './options.ts';
import { Upscaler, type UpscalerSettings } from './upscaler.ts';

/** The model that the options describe, serving Vision's Upscale operation. */
export function upscaleModel(options: UpscaleOptions): ServedModel<Upscaler> {
  const network = networkFile(options);
  const accepts = acceptedRequests(options);
  const tiling = options.tiling ?? (network.builtIn ? 'whole' : 'vision');
  return defineModel<Upscaler>({
    id: network.id,
    weights: [network.weights],
    // Three at once: one in the network, one encoded on libuv's threads, and one decoded in time, as a run blocks the arrival of the next.
    resources: { memory: options.memory ?? memoryOf(network.builtIn, options.scale), concurrency: 3 },
    async load({ device, threads, signal, log, weights }) {
      network.check();
      const settings = { device, threads: options.threads ?? threads, scale: options.scale, signal, log };
      const loaded = await Network.load(await weights(network.file), settings);
      return upscalerOf(loaded, { ...options, tiling });
    },
  }).serve({
    synapse: Upscale,
    ...(accepts === undefined ? {} : { accepts }),
    capabilities: { deterministic: true, cancellable: true, progress: true },
    sample,
    async run(upscaler, { image }, context) {
      const enlarged = await upscaler.upscale(image, context);
      return { error_message: null, image_b64s: [enlarged], clip_embeddings: null, image_hashes: null };
    },
  });
}

/** Measured with Real-ESRGAN x4 and four of Vision's tiles in one run: 2.9 GiB. What enlarges by 2 has a quarter of the pixels at its end. */
function memoryOf(builtIn: boolean, scale: number | undefined): string {
  if (builtIn) return '512MiB';
  return scale === 2 ? '2GiB' : '4GiB';
}

async function upscalerOf(network: Network, settings: UpscalerSettings): Promise<Upscaler> {
  try {
    return new Upscaler(network, settings);
  } catch (error) {
    await network[Symbol.asyncDispose]();
    throw error;
  }
}

/** Small pictures of several sizes: enough to compare miners, cheap enough to ask often. */
async function sample({ random, image }: SampleContext) {
  const side = () => 32 * randomInteger(random, 4, 9);
  const [width, height] = [side(), side()];
  return { image: await image({ width, height }) };
}
