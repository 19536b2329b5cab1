import { z } from 'zod';
import { defineSynapse } from '../contract/synapse.ts';
import { base64Image, modelFields, modelMarket, side, textPrompts } from './fields.ts';
import { imageResponse } from './image-response.ts';

/** Kinds of control pictures. Those of `READY_MAPS` cannot be made of a photograph without a network of their own. */
export const CONTROL_TYPES = ['canny', 'scribble', 'soft_edge', 'lines', 'depth', 'pose'] as const;
const READY_MAPS: readonly string[] = ['depth', 'pose'];
const MOST_CONTROLS = 4;
/** A ControlNet is the first half of a UNet. */
const WORK_OF_A_CONTROL = 0.5;

const control = z
  .object({
    type: z.enum(CONTROL_TYPES),
    image: base64Image,
    preprocess: z.boolean().default(false),
    conditioning_scale: z.number().min(0).max(2).default(1),
    guidance_start: z.number().min(0).max(1).default(0),
    guidance_end: z.number().min(0).max(1).default(1),
  })
  .refine(({ guidance_start, guidance_end }) => guidance_start < guidance_end, {
    path: ['guidance_end'],
    message: 'The value must be above guidance_start',
  })
  .refine(({ type, preprocess }) => !(preprocess && READY_MAPS.includes(type)), {
    path: ['preprocess'],
    message: `Maps of ${READY_MAPS.join(' and ')} must be given ready made`,
  });

/**
 * A picture from words that follows other pictures: their edges, lines, depth or pose, each through a ControlNet. With `preprocess` a control's `image`
 * is a photograph or drawing of which the map is made; without, it is the map. `conditioning_scale` is how strongly a control counts, between the parts
 * `guidance_start` and `guidance_end` of the steps. In `guess_mode` the pictures lead and the prompt may be empty.
 * Null leaves steps and guidance to the model, and the size to the first control's picture.
 */
export const ControlledTextToImage = defineSynapse({
  name: 'ControlledTextToImage',
  version: 1,
  timeoutMs: 30_000,
  request: z.object({
    ...modelFields,
    text_prompts: textPrompts,
    height: side.nullable().default(null),
    width: side.nullable().default(null),
    controls: z.array(control).min(1).max(MOST_CONTROLS),
    guess_mode: z.boolean().default(false),
  }),
  response: imageResponse,
  hashed: ['cfg_scale', 'steps', 'seed', 'text_prompts', 'height', 'width', 'controls', 'guess_mode'],
  market: {
    ...modelMarket,
    work: ({ controls, ...request }) => modelMarket.work(request) * (1 + WORK_OF_A_CONTROL * controls.length),
  },
});
