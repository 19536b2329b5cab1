import { pick, type Random, type RequestInput, randomInteger, type SampleContext } from '@vision-sdk/core';
import type { ObjectSynapse } from './accepts.ts';
import type { DiffusionRanges, Range, SideRange } from './ranges.ts';

const LARGEST_SEED = 4294967295;
/** Vision's most for requests with a mask. */
const MOST_INPAINT_STEPS = 25;

/** How requests are made up. */
export interface SampleOptions {
  /** One of them is chosen for each request. */
  readonly engines: readonly DiffusionRanges[];
  /** What `init_image` is: a photograph, or a mask as Vision's validators send for Scribble. */
  readonly picture?: 'image' | 'mask';
}

/** Makes the value of a field. */
type Maker = () => unknown;

/**
 * A request as Vision's validators make them up: a prompt, a seed from 1 to 4294967295, and for whatever else the operation has of Vision's fields a
 * value from the ranges of one of the engines. Picture and mask are of one size.
 */
export async function sampleDiffusion<S extends ObjectSynapse>(
  synapse: S,
  options: SampleOptions,
  context: SampleContext,
): Promise<RequestInput<S>> {
  const ranges = pick(context.random, options.engines);
  const masked = 'mask_image' in synapse.request.shape;
  const makers: Readonly<Record<string, Maker>> = {
    ...numberMakers(ranges, context.random, masked),
    ...pictureMakers(ranges.sampledSide, options, context),
    engine: () => ranges.engine,
    text_prompts: () => [{ text: context.prompt(), weight: 1 }],
  };
  const request: Record<string, unknown> = {};
  for (const field of Object.keys(synapse.request.shape)) if (makers[field] !== undefined) request[field] = await makers[field]();
  return request as RequestInput<S>;
}

function numberMakers({ steps, guidance, sampledSide, sampledStrength }: DiffusionRanges, random: Random, masked: boolean) {
  const whole = ({ least, most }: Range) => randomInteger(random, least, most + 1);
  const fraction = ({ least, most }: Range) => least + random() * (most - least);
  return {
    seed: () => randomInteger(random, 1, LARGEST_SEED + 1),
    steps: () => (masked ? Math.min(whole(steps), Math.max(MOST_INPAINT_STEPS, steps.least)) : whole(steps)),
    cfg_scale: () => fraction(guidance),
    image_strength: () => fraction(sampledStrength),
    height: () => randomSide(sampledSide, random),
    width: () => randomSide(sampledSide, random),
  };
}

function pictureMakers(side: SideRange, { picture = 'image' }: SampleOptions, context: SampleContext) {
  const size = { width: randomSide(side, context.random), height: randomSide(side, context.random) };
  return { init_image: () => context[picture](size), mask_image: () => context.mask(size) };
}

function randomSide({ least, most, multipleOf }: SideRange, random: Random): number {
  return least + multipleOf * randomInteger(random, 0, Math.floor((most - least) / multipleOf) + 1);
}
