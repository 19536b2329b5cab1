import { defineModel, type SampleContext, type ServedModel } from '@vision-sdk/core';
import { ImageToImage, Inpaint, TextToImage, Uncrop } from '@vision-sdk/core/synapses';
import {
  acceptsDiffusion,
  type DiffusersWeights,
  type DiffusionRanges,
  diffusersWeights,
  nativeSize,
  type ObjectSynapse,
  sampleDiffusion,
  toImageResponse,
  visionRanges,
} from '@vision-sdk/diffusion';
import { z } from 'zod';
import { COMPONENTS, type Kandinsky, loadKandinsky } from './load.ts';
import { resourcesOf } from './memory.ts';
import type { KandinskyOptions } from './options.ts';
import { answers } from './requests.ts';

const CAPABILITIES = { deterministic: true, cancellable: true, progress: true };
/** Inpaint with a mask, which Vision's operation lets be left out. */
const MaskedInpaint = {
  ...Inpaint,
  request: Inpaint.request.extend({ mask_image: z.string('The value should be an image, white where it is to be repainted').min(1) }),
};

/** The model `kandinsky`, serving Vision's TextToImage and ImageToImage, and where movq_encoder is there also Inpaint and Uncrop. */
export function kandinskyModel(options: KandinskyOptions): ServedModel<Kandinsky> {
  const { model, precision, licence } = options;
  const weights = diffusersWeights(model, { components: COMPONENTS, licence, precision });
  const ranges = rangesOf(weights);
  const answer = answers({ ...options, ranges });
  const scheduler = options.scheduler === 'model' ? undefined : options.scheduler;
  const about = <S extends ObjectSynapse>(synapse: S) => ({
    synapse,
    accepts: acceptsDiffusion(synapse, [ranges]),
    capabilities: CAPABILITIES,
    sample: (context: SampleContext) => sampleDiffusion(synapse, { engines: [ranges] }, context),
  });
  const painting = defineModel<Kandinsky>({
    id: 'kandinsky',
    weights: [weights],
    resources: resourcesOf(weights, ranges.side, options.memory),
    load: (context) => loadKandinsky(context, weights, { scheduler }),
  })
    .serve({
      ...about(TextToImage),
      run: async (parts, request, hooks) => toImageResponse(await answer.textToImage(parts, request, hooks)),
    })
    .serve({
      ...about(ImageToImage),
      run: async (parts, request, hooks) => toImageResponse(await answer.imageToImage(parts, request, hooks)),
    });
  if (weights.graphs.movq_encoder === undefined) return painting;
  return painting
    .serve({
      ...about(Inpaint),
      accepts: acceptsDiffusion(MaskedInpaint, [ranges]),
      run: async (parts, request, hooks) => toImageResponse(await answer.inpaint(parts, request, hooks)),
    })
    .serve({
      ...about(Uncrop),
      run: async (parts, request, hooks) => toImageResponse(await answer.uncrop(parts, request, hooks)),
    });
}

/** Vision's ranges, scaled to the weights. Sides are multiples of the squared scale of movq, as diffusers rounds them for Kandinsky. */
function rangesOf(weights: DiffusersWeights): DiffusionRanges {
  const native = nativeSize(weights, { decoder: 'movq_decoder' });
  return visionRanges('kandinsky-2.2', native && { ...native, latentScale: native.latentScale ** 2 });
}
