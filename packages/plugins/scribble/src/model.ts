import { defineModel, type RequestOf, type RunContext, type ServedModel } from '@vision-sdk/core';
import { Scribble } from '@vision-sdk/core/synapses';
import {
  acceptsDiffusion,
  type ControlledDiffusion,
  controlled,
  controlledResources,
  controlledSources,
  type DiffusersWeights,
  type DiffusionRanges,
  forEngines,
  loadControlled,
  modelValues,
  narrowedRanges,
  nativeSize,
  pictureSize,
  sampleDiffusion,
  splitPrompts,
  stackLoading,
  toImageResponse,
  visionRanges,
  weightSources,
} from '@vision-sdk/diffusion';
import { decodeBase64Image } from '@vision-sdk/image';
import { drawingOf } from './drawing.ts';
import type { ScribbleOptions } from './options.ts';

type ScribbleModel = ControlledDiffusion<'controlnet'>;

/** The model that the options describe, serving Vision's Scribble operation. */
export function scribbleModel(options: ScribbleOptions): ServedModel<ScribbleModel> {
  const { model, parts, controlnet, precision, licence } = options;
  const sources = controlledSources({ model, nets: { controlnet } }, { licence, precision, parts });
  const ranges = rangesOf(options, sources.model);
  return defineModel<ScribbleModel>({
    id: options.id,
    weights: weightSources(sources.model, sources.nets.controlnet),
    resources: controlledResources(sources, ranges[0].side.most, options),
    load: (context) => loadControlled(context, sources, stackLoading(options)),
  }).serve({
    synapse: Scribble,
    accepts: acceptsDiffusion(Scribble, ranges),
    sides: ranges[0].side,
    capabilities: { deterministic: true, cancellable: true, progress: true },
    sample: (context) => sampleDiffusion(Scribble, { engines: ranges, picture: 'mask' }, context),
    run: (model, request, context) => draw(model, { request, context, options, ranges: ranges[0] }),
  });
}

/** Vision's ranges of Stable Diffusion 1.5, scaled to the size of the weights, and what the options say otherwise; the same for each engine. */
function rangesOf({ engines, ranges }: Pick<ScribbleOptions, 'engines' | 'ranges'>, weights: DiffusersWeights) {
  return forEngines(narrowedRanges(visionRanges('stable-diffusion-1.5', nativeSize(weights)), ranges), engines);
}

interface Drawing {
  readonly request: RequestOf<typeof Scribble>;
  readonly context: RunContext<typeof Scribble>;
  readonly options: Pick<ScribbleOptions, 'negativePrefix' | 'maxPixels' | 'masks'>;
  readonly ranges: DiffusionRanges;
}

/** As Vision: `image_strength` counts for nothing, and without words the ControlNet guesses. */
async function draw({ sd, nets }: ScribbleModel, { request, context, options, ranges }: Drawing) {
  context.signal.throwIfAborted();
  const { maxPixels, masks } = options;
  const picture = await decodeBase64Image(request.init_image, { caps: { maxPixels } });
  const prompts = splitPrompts(request.text_prompts, options);
  const size = pictureSize(request, { ranges, picture });
  const { seed } = request;
  const controls = [{ ...nets.controlnet!, image: drawingOf(picture, masks) }];
  const guessMode = prompts.prompt === '';
  return toImageResponse(
    await controlled(sd, { ...prompts, ...size, ...modelValues(request, ranges), seed, controls, guessMode }, context),
  );
}
