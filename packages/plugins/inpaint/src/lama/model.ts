import { defineModel, type ServedModel } from '@vision-sdk/core';
import { diffusersWeights, estimatedMemory, openWeights } from '@vision-sdk/diffusion';
import type { LamaOptions } from '../options.ts';
import { LamaNetwork } from './network.ts';
import { lamaInpaintPipeline, lamaUncropPipeline } from './pipelines.ts';

/** Side of the largest picture that goes through the network. */
const LARGEST_SIDE = 1024;

/** The model that the option `lama` describes, serving Vision's Inpaint, and Uncrop. */
export function lamaModel(options: LamaOptions, maxPixels: number): ServedModel<LamaNetwork> {
  const weights = diffusersWeights(options.model, {
    components: [{ name: 'lama', alternatives: ['lama_fp32'] }],
    licence: options.licence,
  });
  const settings = { ...options, maxPixels };
  return defineModel<LamaNetwork>({
    id: options.id,
    weights: [weights],
    resources: { memory: options.memory ?? estimatedMemory(weights, LARGEST_SIDE).memory },
    async load(context) {
      const folder = await openWeights(context, weights);
      const { device, threads, signal, log } = context;
      return LamaNetwork.load(await folder.graph('lama'), { device, threads, signal, log });
    },
  })
    .serve(lamaInpaintPipeline(settings))
    .serve(lamaUncropPipeline(settings));
}
