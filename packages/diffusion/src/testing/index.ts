export type { TinyFloat } from './graph.ts';
export { type KandinskyComponent, type TinyKandinsky, writeTinyKandinsky } from './kandinsky.ts';
export type { Defect, TinyVariations } from './options.ts';
export { KANDINSKY_SCHEDULER, PRIOR_SCHEDULER, VISION_SCHEDULER } from './scheduler-config.ts';
export {
  type StableDiffusionComponent,
  type TinyControlNet,
  type TinyStableDiffusion,
  writeTinyControlNet,
  writeTinyStableDiffusion,
} from './stable-diffusion.ts';
export { tokenizerFiles, vocabularySize } from './tokenizer-files.ts';
