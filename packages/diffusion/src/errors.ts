import { defineErrors } from '@vision-sdk/core';

interface UnfitSize {
  readonly component: string;
  readonly path: string;
  /** Latents, width x height. */
  readonly size: string;
  readonly problem: string;
  /** Latents that sides must be multiples of where the graph was traced with even ones. */
  readonly multiple: number;
}

/** Errors of `@vision-sdk/diffusion`. */
export const fail = defineErrors('VISION_DIFFUSION', {
  BAD_SAFETENSORS: {
    message: ({ problem }: { problem: string }) => `The safetensors file is not well formed: ${problem}.`,
    hint: () => 'Download or write the file again; it may have been cut.',
  },
  BAD_DRAW: {
    message: ({ problem }: { problem: string }) => `Random numbers cannot be drawn like this: ${problem}.`,
    hint: () => 'Give whole counts of 0 or more, a range that is not empty, and as many generators as the batch has entries.',
  },
  UNKNOWN_SCHEDULER: {
    message: ({ name, known }: { name: string; known: readonly string[] }) =>
      `The scheduler "${name}" is not supported. Supported: ${known.join(', ')}.`,
    hint: () => 'Choose a supported class in scheduler_config.json, or override it where the model is configured.',
  },
  BAD_SCHEDULER_OPTION: {
    message: ({ scheduler, option, value, allowed }: { scheduler: string; option: string; value: unknown; allowed: string }) =>
      `${scheduler} does not support ${option}: ${JSON.stringify(value)}. It takes ${allowed}.`,
    hint: ({ option }: { option: string }) => `Change "${option}" in scheduler_config.json.`,
  },
  BAD_STEPS: {
    fault: 'request',
    message: ({ problem }: { problem: string }) => `The scheduler cannot make these timesteps: ${problem}.`,
    hint: () => 'Ask for a whole number of steps from 1 to the number of training timesteps.',
  },
  BAD_STEP: {
    message: ({ problem }: { problem: string }) => `The scheduler cannot take this step: ${problem}.`,
    hint: () => 'Set the timesteps first, then step through them in order with arrays of one size.',
  },
  BAD_VOCABULARY: {
    message: ({ problem }: { problem: string }) => `The tokenizer files cannot be used: ${problem}.`,
    hint: () => 'Give a CLIP tokenizer.json, or vocab.json and merges.txt of one tokenizer.',
  },
  BAD_IMAGE: {
    fault: 'request',
    message: ({ problem }: { problem: string }) => `The image cannot be prepared: ${problem}.`,
    hint: () => 'Give a raster of whole size, and arrays that belong to it.',
  },
  BAD_PROMPTS: {
    message: ({ problem }: { problem: string }) => `The prompts cannot be encoded: ${problem}.`,
    hint: () => 'Give one negative prompt, or one for each prompt, and a model whose text encoders belong to it.',
  },
  BAD_CONFIG: {
    message: ({ file, problem }: { file: string; problem: string }) => `${file} cannot be used: ${problem}.`,
    hint: () => 'Fetch the file again from where the weights come from.',
  },
  MISSING_FOLDER: {
    message: ({ folder, problem }: { folder: string; problem: string }) => `There are no weights at ${folder}: ${problem}.`,
    hint: () => 'Correct the folder in the options of the plugin, which is relative to the config file, or put the weights there.',
  },
  MISSING_COMPONENT: {
    message: ({ component, where, file }: { component: string; where: string; file: string }) =>
      `The weights in ${where} have no ${component}: ${file} is not there.`,
    hint: () => 'Put the graph there, with its data files beside it, or name weights that have this component.',
  },
  BROKEN_COMPONENT: {
    message: ({ component, path, problem }: { component: string; path: string; problem: string }) =>
      `The component ${component} (${path}) cannot be used: ${problem}.`,
    hint: () => 'The file is damaged, overflows in its precision or belongs to another model: verify it, or try another export.',
  },
  UNSUPPORTED_LATENTS: {
    message: ({ component, option }: { component: string; option: string }) =>
      `The config of ${component} has ${option}, which is not supported: pictures would be decoded wrongly.`,
    hint: () => 'Use the VAE that Stable Diffusion or SDXL was published with, whose latents are scaled by scaling_factor alone.',
  },
  UNFIT_SIZE: {
    message: ({ component, path, size, problem }: UnfitSize) =>
      `The component ${component} (${path}) failed at ${size} latents: ${problem}.`,
    hint: ({ multiple }: UnfitSize) =>
      `The graph was probably traced with even latents, and takes only sides that are multiples of ${multiple} latents, of 8 pixels each in most models: export it again traced with odd ones, such as 9 x 7, and it takes any; until then send pictures of such sides.`,
  },
  BAD_CONTROL: {
    fault: 'request',
    message: ({ problem }: { problem: string }) => `The control cannot be used: ${problem}.`,
    hint: () =>
      'Give at least one control, a finite scale, and a window that begins at 0 or later, ends at 1 or earlier, and is not empty.',
  },
  CONTROL_MISMATCH: {
    message: ({ problem }: { problem: string }) => `The ControlNets do not belong together: ${problem}.`,
    hint: () =>
      'Use ControlNets and a UNet of one family, Stable Diffusion 1.5 or SDXL, and a UNet that was exported with the inputs for their residuals.',
  },
  NO_INPAINTING: {
    message: ({ channels, allowed }: { channels: number; allowed: readonly number[] }) =>
      `This network cannot inpaint: it takes ${channels} channels, where ${allowed.join(' or ')} are needed.`,
    hint: () =>
      'Use a network of Stable Diffusion, or one that was trained for inpainting, which takes mask and masked picture besides the latents.',
  },
});
