import type { Plugin } from '@vision-sdk/core';
import * as mini from '@vision-sdk/models-mini';
import clip from '@vision-sdk/plugin-clip';
import controlnet from '@vision-sdk/plugin-controlnet';
import inpaint from '@vision-sdk/plugin-inpaint';
import kandinsky from '@vision-sdk/plugin-kandinsky';
import scribble from '@vision-sdk/plugin-scribble';
import sdxlTurbo from '@vision-sdk/plugin-sdxl-turbo';

/** Every model with the plugin that runs it, by the name that it is exported under; `sd15` is run by two. */
export const PLUGINS: Readonly<Record<string, Plugin>> = {
  sdxl: sdxlTurbo(mini.sdxl),
  sdxlB: sdxlTurbo(mini.sdxlB),
  sd15: inpaint(mini.sd15),
  'sd15 from words': sdxlTurbo({ ...mini.sd15, id: 'sd15', engines: ['stable-diffusion-1.5'] }),
  scribble: scribble(mini.scribble),
  canny: controlnet(mini.canny),
  kandinsky: kandinsky(mini.kandinsky),
  clip: clip(mini.clip),
};
