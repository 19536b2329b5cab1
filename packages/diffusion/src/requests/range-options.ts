import { z } from 'zod';
import type { DiffusionRanges, Range } from './ranges.ts';

/** What becomes of requests that say nothing: those of most operations carry Vision's own number, which a user may have meant. */
const unsaid = (visions: number) =>
  `; Vision's ${visions} if left out or within the range, and the middle of the range where an operation has none`;

const range = (value: z.ZodNumber) => z.tuple([value, value]).refine(([least, most]) => least <= most, 'write the least first');

/** What a model may be asked for where it is not what its weights and Vision say, as an option of a plugin. */
export const rangesOption = z
  .strictObject({
    steps: range(z.int().min(1).max(1000)).optional().meta({ description: "Fewest and most steps; Vision's" }),
    guidance: range(z.number().min(0).max(100)).optional().meta({ description: "Least and most cfg_scale; Vision's" }),
    side: range(z.int().min(8).max(4096)).optional().meta({ description: 'Shortest and longest side in pixels; from the weights' }),
    multipleOf: z.int().min(8).max(512).optional().meta({ description: 'Sides are multiples of it; from the weights' }),
    defaultSide: z.int().min(8).max(4096).optional().meta({ description: 'Side of a picture where nobody says one; from the weights' }),
    defaultSteps: z
      .int()
      .min(1)
      .max(1000)
      .optional()
      .meta({ description: `Steps where nobody says them${unsaid(4)}` }),
    defaultGuidance: z
      .number()
      .min(0)
      .max(100)
      .optional()
      .meta({ description: `cfg_scale where nobody says one${unsaid(7)}` }),
  })
  .prefault({});

/** Ranges with what the option says otherwise. What is meant where nobody says anything stays within them: memory is counted for the largest side. */
export function narrowedRanges(ranges: DiffusionRanges, option: z.output<typeof rangesOption>): DiffusionRanges {
  const side = { ...ranges.side, ...bounds(option.side), multipleOf: option.multipleOf ?? ranges.side.multipleOf };
  const steps = { ...ranges.steps, ...bounds(option.steps) };
  const guidance = { ...ranges.guidance, ...bounds(option.guidance) };
  return {
    ...ranges,
    side,
    steps,
    guidance,
    sampledSide: { ...side, ...(ranges.sampledSide.most < side.most ? { most: Math.max(ranges.sampledSide.most, side.least) } : {}) },
    defaultSide: within(option.defaultSide ?? ranges.defaultSide, side),
    ...(option.defaultSteps === undefined ? {} : { defaultSteps: within(option.defaultSteps, steps) }),
    ...(option.defaultGuidance === undefined ? {} : { defaultGuidance: within(option.defaultGuidance, guidance) }),
  };
}

/** The same ranges under the name of each of a model's engines. */
export function forEngines(ranges: DiffusionRanges, engines: readonly string[]): readonly [DiffusionRanges, ...DiffusionRanges[]] {
  const [first = ranges, ...others] = engines.map((engine) => ({ ...ranges, engine }));
  return [first, ...others];
}

function within(value: number, { least, most }: Range): number {
  return Math.min(Math.max(value, least), most);
}

function bounds(pair: readonly [number, number] | undefined): { readonly least: number; readonly most: number } | undefined {
  return pair === undefined ? undefined : { least: pair[0], most: pair[1] };
}
