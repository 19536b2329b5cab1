export { Component, type ComponentOptions } from './components/component.ts';
export { ControlNet, type ControlNetInput } from './components/control-net.ts';
export { floatTensor, KeptTensors, numberTensor } from './components/feeds.ts';
export { loadTogether } from './components/load-together.ts';
export type { Face, Plane } from './components/plane.ts';
export { type EncodedText, TextEncoder } from './components/text-encoder.ts';
export { Unet } from './components/unet.ts';
export type { UnetInput } from './components/unet-input.ts';
export { VaeDecoder, VaeEncoder } from './components/vae.ts';
export type { Control } from './controlnet/control.ts';
export { type ControlledOptions, controlled } from './controlnet/controlled.ts';
export {
  CONTROLLED_COMPONENTS,
  controlledSources,
  controlledWeights,
  controlNetWeights,
  type WeightsAbout,
} from './controlnet/controlled-weights.ts';
export { type ControlledDiffusion, type ControlledSources, loadControlled } from './controlnet/load-controlled.ts';
export { controlledResources } from './controlnet/plugin-options.ts';
export { type CannyOptions, canny } from './controlnet/preprocess/canny.ts';
export { invertedLines } from './controlnet/preprocess/inverted-lines.ts';
export { scribbleLines } from './controlnet/preprocess/scribble-lines.ts';
export { softEdge } from './controlnet/preprocess/soft-edge.ts';
export type { Residuals } from './controlnet/residuals.ts';
export { type DenoiseOptions, denoise, type ModelCall, startOfStrength } from './denoise.ts';
export { fail as diffusionErrors } from './errors.ts';
export { clipPixels, toRgb } from './images/clip-pixels.ts';
export { hideMasked, kandinskyMask, type Mask, type Size, toMask } from './images/masks.ts';
export { fromVaePixels, type PixelScale, toVaePixels, type VaePicture } from './images/vae-pixels.ts';
export { addsNothing, type Canvas, type CanvasOptions, type Padding, type Place, planCanvas } from './inpaint/canvas.ts';
export { type Extended, extendCanvas, keepOriginal } from './inpaint/extend.ts';
export { type InpaintOptions, inpaint } from './inpaint/inpaint.ts';
export { acceptsInpaint, type InpaintSettings, inpaintPipeline } from './inpaint/inpaint-pipeline.ts';
export { type Overlay, overlay } from './inpaint/overlay.ts';
export { type Prepared, type PrepareOptions, prepareInpainting } from './inpaint/prepare.ts';
export type { RepaintSettings } from './inpaint/serving.ts';
export { type UncropOptions, uncrop } from './inpaint/uncrop.ts';
export { acceptsUncrop, canvasOptions, uncropPipeline } from './inpaint/uncrop-pipeline.ts';
export { type SizeLimits, workingSize } from './inpaint/working-size.ts';
export { scale } from './latents.ts';
export { CURRENT_RANDOM, type RandomBehaviour, VISION_2_RANDOM } from './random/behaviour.ts';
export { createGenerator, type DrawOptions, type Generator, type RandomType, type Seed } from './random/generator.ts';
export type { Scaling } from './random/normal-blocks.ts';
export { randnTensor } from './random/randn-tensor.ts';
export { type AcceptOptions, acceptsDiffusion, type ObjectSynapse } from './requests/accepts.ts';
export { type AskedValues, modelValues, repaintStrength } from './requests/model-values.ts';
export { nativeSize } from './requests/native-size.ts';
export { keepRestOption, type PaintingDefaults, paintingOptions, repaintOptions } from './requests/painting-options.ts';
export { pictureProblem } from './requests/picture-problem.ts';
export { type AskedSize, pictureSize, type SizeRules } from './requests/picture-size.ts';
export { KANDINSKY_NEGATIVE_PREFIX, type SplitPrompts, splitPrompts, type TextPrompt, VISION_NEGATIVE_PREFIX } from './requests/prompts.ts';
export { forEngines, narrowedRanges } from './requests/range-options.ts';
export {
  type DiffusionRanges,
  type NativeSize,
  type Range,
  type SideRange,
  VISION_ENGINES,
  type VisionEngine,
  visionRanges,
} from './requests/ranges.ts';
export { type ImageResponse, toImageResponse } from './requests/responses.ts';
export { type SampleOptions, sampleDiffusion } from './requests/sample.ts';
export { parseSafetensors, type Safetensors, type SafetensorsEntry, type SafetensorsType, toFloat32Values } from './safetensors.ts';
export { CURRENT_SCHEDULERS, type SchedulerBehaviour, VISION_2_SCHEDULERS } from './schedulers/behaviour.ts';
export { createScheduler, SCHEDULER_NAMES } from './schedulers/create-scheduler.ts';
export type { NoiseSource, RunOptions, Scheduler, SchedulerRun, StepOptions, StepPlan } from './schedulers/scheduler.ts';
export type { ConditioningOptions, Frame } from './stable/conditioning.ts';
export { type DenoiseLatentsOptions, denoiseLatents, type NetworkCall, type RunHooks } from './stable/denoise-latents.ts';
export { firstStep, type ImageToImageOptions, imageToImage } from './stable/image-to-image.ts';
export {
  componentLoader,
  type LoadStableDiffusionOptions,
  loadScheduler,
  loadStableDiffusion,
  STABLE_DIFFUSION_COMPONENTS,
} from './stable/load-stable-diffusion.ts';
export { type NoiseDraw, type NoiseSettings, noiseDraw, type Seeds } from './stable/noise.ts';
export { decodeLatents, encodeImage } from './stable/pictures.ts';
export { repeatRows, stackRows } from './stable/planes.ts';
export {
  type Conditioning,
  createStableDiffusion,
  type NetworkConditioning,
  type StableDiffusion,
  type StableDiffusionParts,
  type TextTower,
} from './stable/stable-diffusion.ts';
export { type StackOptions, stackLoading, stackOptions } from './stable/stack-options.ts';
export { type PictureOptions, stepNoise, type TextToImageOptions, textToImage } from './stable/text-to-image.ts';
export type { ClipTokenizer, ClipTokenizerOptions } from './tokenizer/clip-tokenizer.ts';
export { fixText } from './tokenizer/fix-text.ts';
export { loadClipTokenizer } from './tokenizer/load-clip-tokenizer.ts';
export { refuseClashes } from './weights/clashing-files.ts';
export { diffusersWeights } from './weights/diffusers-weights.ts';
export { drawsItself } from './weights/draws-itself.ts';
export { estimatedMemory, type MemoryOptions } from './weights/memory.ts';
export { openWeights, type WeightFolder } from './weights/open-weights.ts';
export { memoryOption, modelOption } from './weights/options.ts';
export { partOf, weightSources } from './weights/parts.ts';
export type { ComponentWanted, DiffusersWanted, DiffusersWeights, HubFolder, PartSource } from './weights/wanted.ts';
