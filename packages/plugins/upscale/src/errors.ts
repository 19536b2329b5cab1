import { defineErrors } from '@vision-sdk/core';

/** Errors of this plugin. What is wrong with a picture is said by `VISION_IMAGE_*`, with a network file by `VISION_ONNX_*`. */
export const fail = defineErrors('VISION_UPSCALE', {
  MODEL_NOT_FOUND: {
    message: (d: { path: string }) => `There is no network at ${d.path}`,
    hint: () => 'Set the option `model` to an .onnx file or to a folder that holds one, or leave it out for the built-in vision-x2.',
  },
  MODEL_AMBIGUOUS: {
    message: (d: { path: string; files: readonly string[] }) => `${d.path} holds several networks: ${d.files.join(', ')}`,
    hint: () => 'Set the option `model` to one of these files.',
  },
  NOT_AN_UPSCALER: {
    message: (d: { path: string; reason: string }) => `${d.path} does not enlarge pictures: ${d.reason}`,
    hint: () =>
      'Use a network with one input and one output of the form batch x 3 x height x width, RGB from 0 to 1, in float32 or float16.',
  },
  WRONG_SCALE: {
    message: (d: { path: string; expected: number; actual: number }) =>
      `${d.path} enlarges by ${d.actual}, but the option scale says ${d.expected}`,
    hint: () => 'Correct the option `scale`, or leave it out: the factor is found by a trial run.',
  },
  FIXED_SIZE: {
    message: (d: { path: string; width: number | 'any'; height: number | 'any'; reason: string }) =>
      `${d.path} takes only ${d.width} x ${d.height} pixels: ${d.reason}`,
    hint: () => 'Leave out the options `tiling` and `tile`, give a narrower `tile.border`, or export the network with open sizes.',
  },
});
