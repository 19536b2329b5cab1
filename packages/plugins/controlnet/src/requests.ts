import { type RequestInput, type RequestOf, randomInteger, type SampleContext, type Schema } from '@vision-sdk/core';
import { ControlledTextToImage } from '@vision-sdk/core/synapses';
import { acceptsDiffusion, type DiffusionRanges, pictureProblem, sampleDiffusion } from '@vision-sdk/diffusion';
import { isPreprocessed } from './control-maps.ts';
import type { ControlType } from './options.ts';

/** Requests within the ranges, for the types of control that there are ControlNets of. */
export function acceptedRequests(
  types: readonly ControlType[],
  ranges: DiffusionRanges,
): Schema<unknown, RequestOf<typeof ControlledTextToImage>> {
  const { request } = ControlledTextToImage;
  const controls = request.shape.controls.superRefine(async (asked, context) => {
    for (const [index, { type, image }] of asked.entries()) {
      const complain = (field: string, message: string) => context.addIssue({ code: 'custom', path: [index, field], message });
      if (!types.includes(type)) complain('type', `The value must be one of ${types.join(', ')}`);
      const problem = await pictureProblem(image);
      if (problem !== undefined) complain('image', problem);
    }
  });
  return acceptsDiffusion({ ...ControlledTextToImage, request: request.extend({ controls }) }, [ranges], { prompts: false });
}

/** A request as a validator would make it up: one or two controls, of photographs where maps can be made of them. */
export async function sampleRequest(
  types: readonly ControlType[],
  ranges: DiffusionRanges,
  context: SampleContext,
): Promise<RequestInput<typeof ControlledTextToImage>> {
  const request = await sampleDiffusion(ControlledTextToImage, { engines: [ranges] }, context);
  const { random } = context;
  const size = { width: request.width ?? ranges.defaultSide, height: request.height ?? ranges.defaultSide };
  const first = randomInteger(random, 0, types.length);
  const count = Math.min(randomInteger(random, 1, 3), types.length);
  const controls = [];
  for (let i = 0; i < count; i++) {
    const type = types[(first + i) % types.length]!;
    controls.push({ type, image: await context.image(size), preprocess: isPreprocessed(type), conditioning_scale: 0.5 + 0.5 * random() });
  }
  return { ...request, controls };
}
