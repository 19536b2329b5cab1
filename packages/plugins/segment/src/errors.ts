import { defineErrors } from '@vision-sdk/core';

/** Errors of this plugin. What is wrong with a picture is said by `VISION_IMAGE_*`, with a network file by `VISION_ONNX_*`. */
export const fail = defineErrors('VISION_SEGMENT', {
  NOT_A_SEGMENTER: {
    message: (d: { path: string; reason: string }) => `${d.path} is no part of a SAM-type pair: ${d.reason}`,
    hint: () =>
      'Use an encoder and a decoder of one export: vision_encoder and prompt_encoder_mask_decoder of transformers.js, or the pair of the SAM authors’ script.',
  },
  NO_BOXES: {
    fault: 'request',
    message: (_: { path: string }) => 'The decoder takes points only, no boxes',
    hint: () => 'Send points, or use an export with `point_coords` and `point_labels`, in which boxes are a pair of points.',
  },
  OUTSIDE: {
    fault: 'request',
    message: (d: { what: string; width: number; height: number }) =>
      `The ${d.what} lies outside the picture of ${d.width} x ${d.height} pixels`,
    hint: () => 'Give points and boxes in pixels of the picture; a box is left, top, right, bottom.',
  },
  BROKEN_MASK: {
    message: (d: { path: string; problem: string }) => `${d.path} gave no usable mask: ${d.problem}`,
    hint: () =>
      'The weights are damaged or overflow in this precision, or the two files are of different exports: verify them, or try the fp32 export.',
  },
});
