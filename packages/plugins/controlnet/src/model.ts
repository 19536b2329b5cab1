import { defineModel, type ServedModel } from '@vision-sdk/core';
import { ControlledTextToImage } from '@vision-sdk/core/synapses';
import {
  type ControlledDiffusion,
  controlledResources,
  controlledSources,
  type DiffusersWeights,
  type DiffusionRanges,
  loadControlled,
  narrowedRanges,
  nativeSize,
  stackLoading,
  visionRanges,
  weightSources,
} from '@vision-sdk/diffusion';
import { componentOf } from './component-name.ts';
import { generate } from './generate.ts';
import type { ControlnetOptions, ControlType } from './options.ts';
import { acceptedRequests, sampleRequest } from './requests.ts';

/** The model that the options describe, serving ControlledTextToImage. */
export function controlnetModel(options: ControlnetOptions): ServedModel<ControlledDiffusion> {
  const sources = sourcesOf(options);
  const types = Object.keys(options.controlnets) as ControlType[];
  const ranges = rangesOf(options, sources.model);
  return defineModel<ControlledDiffusion>({
    id: options.id,
    weights: weightSources(sources.model, ...Object.values(sources.nets)),
    resources: controlledResources(sources, ranges.side.most, options),
    load: (context) => loadControlled(context, sources, stackLoading(options)),
  }).serve({
    synapse: ControlledTextToImage,
    accepts: acceptedRequests(types, ranges),
    sides: ranges.side,
    capabilities: { deterministic: true, cancellable: true, progress: true },
    sample: (context) => sampleRequest(types, ranges, context),
    run: (model, request, context) => generate(model, { request, context, options, ranges }),
  });
}

function sourcesOf({ model, parts, controlnets, precision, licence }: ControlnetOptions) {
  const nets = Object.fromEntries(Object.entries(controlnets).map(([type, net]) => [componentOf(type as ControlType), net!]));
  return controlledSources({ model, nets }, { licence, precision, parts });
}

/** Vision's ranges of the family that the weights are of, scaled to their size, and what the options say otherwise. */
function rangesOf({ id, ranges }: Pick<ControlnetOptions, 'id' | 'ranges'>, weights: DiffusersWeights): DiffusionRanges {
  const engine = weights.graphs.text_encoder_2 === undefined ? 'stable-diffusion-1.5' : 'stable-diffusion-xl-turbo';
  return { ...narrowedRanges(visionRanges(engine, nativeSize(weights)), ranges), engine: id };
}
