import { z } from 'zod';
import { defineSynapse } from '../contract/synapse.ts';
import { base64Image, modelFields, modelMarket, textPrompts } from './fields.ts';
import { imageResponse } from './image-response.ts';

/** Pixels to add to a side where the request says nothing: 104, the default of the later Vision miners, whose models work at {@link NOMINAL_SIDE}. */
const DEFAULT_PADDING = 104;
/** What the default is a multiple of where it is less. */
const PADDING_STEP = 8;
/** A size that stands in for the picture's own: reading it needs a decoder. */
const NOMINAL_SIDE = 1024;

const padding = z.int().min(0).max(2048).nullable().default(null);

/**
 * A picture with more around it. `pad_*` are the pixels to add on each side, 104 (fewer with models for small pictures) where all four and `aspect_ratio` are
 * left out, and 0 where some are given.
 * `aspect_ratio` is width by height of the result: to reach it, two opposite sides are extended evenly beyond their padding.
 * The pixels of `init_image` stay as they are; `feather` is over how many new pixels the repainted part fades into them. Steps and guidance that are null are
 * the model's own.
 */
export const Uncrop = defineSynapse({
  name: 'Uncrop',
  version: 1,
  timeoutMs: 20_000,
  request: z.object({
    ...modelFields,
    init_image: base64Image,
    text_prompts: textPrompts,
    pad_left: padding,
    pad_right: padding,
    pad_top: padding,
    pad_bottom: padding,
    aspect_ratio: z.number().min(0.125).max(8).nullable().default(null),
    feather: z.int().min(0).max(256).default(16),
  }),
  response: imageResponse,
  hashed: [
    ...['cfg_scale', 'steps', 'seed', 'init_image', 'text_prompts'],
    ...['pad_left', 'pad_right', 'pad_top', 'pad_bottom', 'aspect_ratio', 'feather'],
  ],
  market: {
    ...modelMarket,
    work: (request) => {
      const { left, right, top, bottom } = uncropPadding(request);
      return modelMarket.work({ ...request, width: NOMINAL_SIDE + left + right, height: NOMINAL_SIDE + top + bottom });
    },
  },
});

/** What a request says of the new area. */
export interface UncropSides {
  readonly pad_left: number | null;
  readonly pad_right: number | null;
  readonly pad_top: number | null;
  readonly pad_bottom: number | null;
  readonly aspect_ratio: number | null;
}

/**
 * The padding that a request for `Uncrop` asks for, in pixels, before its aspect ratio: the defaults filled in. `side` is that of the picture or the one that
 * the model works at, whichever is larger; below 1024 the default shrinks with it.
 */
export function uncropPadding({ pad_left, pad_right, pad_top, pad_bottom, aspect_ratio }: UncropSides, side = NOMINAL_SIDE) {
  const unsaid = [pad_left, pad_right, pad_top, pad_bottom, aspect_ratio].every((value) => value === null) ? defaultPadding(side) : 0;
  return { left: pad_left ?? unsaid, right: pad_right ?? unsaid, top: pad_top ?? unsaid, bottom: pad_bottom ?? unsaid };
}

function defaultPadding(side: number): number {
  const inProportion = (DEFAULT_PADDING * Math.min(side, NOMINAL_SIDE)) / NOMINAL_SIDE;
  return Math.max(Math.round(inProportion / PADDING_STEP), 1) * PADDING_STEP;
}
