import type { AnySynapse } from '@vision-sdk/core';
import { ControlledTextToImage, ImageToImage, Inpaint, Scribble, TextToImage, Uncrop } from '@vision-sdk/core/synapses';
import { encodePngBase64, type Raster } from '@vision-sdk/image';
import { alone, type Box, boxMask, heartDrawing, part, veiled } from './inputs.ts';

const SDXL = '@vision-sdk/plugin-sdxl-turbo';
/** Side of the pictures that the small models make. */
const SIDE = 64;
/** What Inpaint makes anew: where the right one of two things is. */
const RIGHT: Box = [36, 18, 28, 28];
/** What Uncrop is given: without the left and the top of what is on the picture. */
const LOWER_RIGHT: Box = [20, 16, 44, 48];

/** What a user of the demo asks for. */
export interface Wish {
  /** Name of its picture. */
  readonly name: string;
  /** What stands above its picture. */
  readonly operation: string;
  readonly synapse: AnySynapse;
  /** Plugin of the model that answers it: without its weights nobody wishes for it. */
  readonly plugin: string;
  readonly prompt: string;
  /** Names of the pictures that it takes. */
  readonly needs: readonly string[];
  /** What goes along with the prompt, and how that looks. */
  input(pictures: readonly Raster[]): Promise<WishInput>;
}

/** Fields of a request besides its prompt. */
export interface WishInput {
  readonly fields: Readonly<Record<string, unknown>>;
  /** A picture of what was given; left out where words were all. */
  readonly shown?: Raster;
}

/** One or more wishes for every operation that draws. Later ones work on the pictures of earlier ones. */
export const WISHES: readonly Wish[] = [
  words('circle', 'a red circle on a white background'),
  words('star', 'a large yellow star on a blue background'),
  words('pair', 'a green heart to the left of a purple square'),
  words('ring', 'a small white ring in the upper right corner on a black background'),
  {
    ...words('kandinsky', 'a cyan diamond on a yellow background', 'kandinsky-2.2'),
    operation: 'kandinsky-2.2',
    plugin: '@vision-sdk/plugin-kandinsky',
  },
  {
    ...{ name: 'image-to-image', operation: 'image-to-image', synapse: ImageToImage, plugin: SDXL, needs: ['circle'] },
    prompt: 'a blue circle on a yellow background',
    input: async ([picture]) => ({ fields: { init_image: await encodePngBase64(picture!), image_strength: 0.2 }, shown: picture! }),
  },
  {
    ...{ name: 'inpaint', operation: 'inpaint', synapse: Inpaint, plugin: SDXL, needs: ['pair'] },
    prompt: 'a green heart to the left of an orange star',
    input: async ([picture]) => ({
      fields: {
        engine: 'stable-diffusion-xl-turbo',
        init_image: await encodePngBase64(picture!),
        mask_image: await encodePngBase64(boxMask(SIDE, RIGHT)),
      },
      shown: veiled(picture!, RIGHT),
    }),
  },
  {
    ...{ name: 'uncrop', operation: 'uncrop', synapse: Uncrop, plugin: SDXL, needs: ['star'] },
    prompt: 'a large yellow star on a blue background',
    input: async ([picture]) => ({
      fields: {
        init_image: await encodePngBase64(part(picture!, LOWER_RIGHT)),
        pad_left: LOWER_RIGHT[0],
        pad_top: LOWER_RIGHT[1],
        pad_right: 0,
        pad_bottom: 0,
        feather: 4,
      },
      shown: alone(picture!, LOWER_RIGHT),
    }),
  },
  {
    ...{ name: 'scribble', operation: 'scribble', synapse: Scribble, plugin: '@vision-sdk/plugin-scribble', needs: [] },
    prompt: 'a purple heart on a yellow background',
    input: async () => {
      const drawing = heartDrawing(SIDE);
      return { fields: { init_image: await encodePngBase64(drawing) }, shown: drawing };
    },
  },
  {
    ...{
      name: 'canny',
      operation: 'controlled-text-to-image: canny',
      synapse: ControlledTextToImage,
      plugin: '@vision-sdk/plugin-controlnet',
      needs: ['star'],
    },
    prompt: 'a white star on a green background',
    input: async ([picture]) => ({
      fields: { controls: [{ type: 'canny', image: await encodePngBase64(picture!), preprocess: true }] },
      shown: picture!,
    }),
  },
];

/** A picture from words alone. */
function words(name: string, prompt: string, engine = 'stable-diffusion-xl-turbo'): Wish {
  return {
    name,
    operation: 'text-to-image',
    synapse: TextToImage,
    plugin: SDXL,
    prompt,
    needs: [],
    input: async () => ({ fields: { engine } }),
  };
}
