import { defineErrors } from '@vision-sdk/core';

/** Errors of this plugin. Missing and broken graphs are said by `VISION_DIFFUSION_*`, what is wrong with a picture by `VISION_IMAGE_*`. */
export const fail = defineErrors('VISION_KANDINSKY', {
  UNFIT_COMPONENT: {
    message: (d: { component: string; problem: string }) => `The component ${d.component} does not fit Kandinsky 2.2: ${d.problem}`,
    hint: () => 'Export the model again as the README of the plugin says, every component from the same published model.',
  },
});
