import type { RequestOf } from '@vision-sdk/core';
import type { Segment } from '@vision-sdk/core/synapses';
import { decodeBase64Image } from '@vision-sdk/image';
import { floatTensorFor, OnnxSession, type SessionOptions, type Tensors } from '@vision-sdk/onnx';
import { bestMask } from './best-mask.ts';
import { PROMPT_INPUTS, type PromptFeeds, promptFeedsFor } from './decoder-feeds.ts';
import { enlargeMask, type Plane } from './enlarge-mask.ts';
import { fail } from './errors.ts';
import { type Frame, framedPlanes, frameOf } from './frame.ts';
import { type Prompt, promptsOf } from './prompt.ts';
import { encodeRuns, type Run } from './runs.ts';

const DEFAULT_SIDE = 1024;
const EMBEDDINGS = ['image_embeddings', 'image_positional_embeddings'];
const MASK_OUTPUTS = ['pred_masks', 'masks'];
const SCORE_OUTPUTS = ['iou_scores', 'iou_predictions'];

/** Files of a pair. */
export interface Pair {
  readonly encoder: string;
  readonly decoder: string;
  readonly maxPixels: number;
}

/** What happens around the runs of one request. */
export interface SegmentContext {
  readonly signal: AbortSignal;
  onStep(step: number, total: number): void;
}

/** What is answered. */
export interface Segmented {
  readonly masks: Run[][];
  readonly image_shape: [height: number, width: number];
}

/** A loaded SAM-type pair: the encoder sees the picture once, the decoder answers each prompt. */
export class Segmenter implements AsyncDisposable {
  readonly #encoder: OnnxSession;
  readonly #decoder: OnnxSession;
  readonly #promptFeeds: PromptFeeds;
  readonly #maxPixels: number;
  readonly #side: number;

  private constructor(encoder: OnnxSession, decoder: OnnxSession, maxPixels: number) {
    this.#encoder = encoder;
    this.#decoder = decoder;
    this.#maxPixels = maxPixels;
    this.#side = sideOf(encoder);
    this.#promptFeeds = promptFeedsFor(decoder);
    checkPair(encoder, decoder);
  }

  /** Loads both networks. Throws `VISION_SEGMENT_NOT_A_SEGMENTER` and `VISION_ONNX_*`; nothing stays loaded then. */
  static async load({ encoder, decoder, maxPixels }: Pair, options: SessionOptions): Promise<Segmenter> {
    const loaded: OnnxSession[] = [];
    try {
      for (const path of [encoder, decoder]) loaded.push(await OnnxSession.load(path, options));
      return new Segmenter(loaded[0]!, loaded[1]!, maxPixels);
    } catch (error) {
      for (const session of loaded) await session[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Masks of what the request shows. Throws `VISION_IMAGE_*` for what is no picture, `VISION_SEGMENT_*` for prompts that do not fit. */
  async segment(request: RequestOf<typeof Segment>, { signal, onStep }: SegmentContext): Promise<Segmented> {
    signal.throwIfAborted();
    const picture = await decodeBase64Image(request.image_b64, { caps: { maxPixels: this.#maxPixels } });
    const frame = frameOf(picture, this.#side);
    const prompts = promptsOf(request, frame);
    const embeddings = await this.#embed(framedPlanes(picture, frame), signal);
    onStep(1, prompts.length + 1);
    // Runs, not masks, are what waits for the others: a mask of a large picture takes 64 MiB.
    const masks: Run[][] = [];
    for (const [index, prompt] of prompts.entries()) {
      signal.throwIfAborted();
      const runs = encodeRuns((await this.#mask(embeddings, { prompt, frame, signal })).data);
      // As in Vision, an empty mask is left out.
      if (runs.length > 0) masks.push(runs);
      onStep(index + 2, prompts.length + 1);
    }
    return { masks, image_shape: [picture.height, picture.width] };
  }

  async #embed(planes: Float32Array, signal: AbortSignal): Promise<Tensors> {
    const input = this.#encoder.inputs[0]!;
    const outputs = await this.#encoder.run({ [input.name]: floatTensorFor(input, planes, [1, 3, this.#side, this.#side]) }, { signal });
    const wanted = this.#decoder.inputs.map(({ name }) => name).filter((name) => EMBEDDINGS.includes(name));
    return Object.fromEntries(wanted.map((name) => [name, outputs[embeddingOutput(this.#encoder, name)!]!]));
  }

  async #mask(embeddings: Tensors, at: { prompt: Prompt; frame: Frame; signal: AbortSignal }): Promise<Plane> {
    const feeds = { ...embeddings, ...this.#promptFeeds(at.prompt, at.frame) };
    const outputs = await this.#decoder.run(feeds, { signal: at.signal });
    const points = at.prompt.points.length + (at.prompt.box === undefined ? 1 : 2);
    const [masks, scores] = [MASK_OUTPUTS, SCORE_OUTPUTS].map((names) => outputs[named(this.#decoder, names)!]!);
    const mask = bestMask({ masks: masks!, scores: scores!, points, path: this.#decoder.path });
    return mask.width === at.frame.width && mask.height === at.frame.height ? mask : enlargeMask(mask, at.frame);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#decoder[Symbol.asyncDispose]();
    await this.#encoder[Symbol.asyncDispose]();
  }
}

function sideOf({ path, inputs }: OnnxSession): number {
  const refuse = (reason: string) => fail('NOT_A_SEGMENTER', { path, reason });
  const [input, ...others] = inputs;
  if (input === undefined || others.length > 0) throw refuse(`it has ${inputs.length} inputs where one picture belongs`);
  const [, channels, height, width] = input.dims;
  if (input.dims.length !== 4 || (typeof channels === 'number' && channels !== 3))
    throw refuse(`${input.name} is no batch of planes of red, green and blue`);
  if (typeof height === 'number' && typeof width === 'number' && height !== width)
    throw refuse(`it takes ${width} x ${height} pixels, no square`);
  return [height, width].find((side) => typeof side === 'number') ?? DEFAULT_SIDE;
}

function checkPair(encoder: OnnxSession, decoder: OnnxSession): void {
  const refuse = (reason: string) => fail('NOT_A_SEGMENTER', { path: decoder.path, reason });
  const unknown = decoder.inputs.find(({ name }) => !EMBEDDINGS.includes(name) && !PROMPT_INPUTS.includes(name));
  if (unknown !== undefined) throw refuse(`it has an input ${unknown.name}`);
  const missing = decoder.inputs.find(({ name }) => EMBEDDINGS.includes(name) && embeddingOutput(encoder, name) === undefined);
  if (missing !== undefined) throw refuse(`the encoder does not give its ${missing.name}`);
  for (const names of [MASK_OUTPUTS, SCORE_OUTPUTS])
    if (named(decoder, names) === undefined) throw refuse(`it has no output ${names.join(' or ')}`);
}

/** Encoders of SAM's authors have one output of any name. */
function embeddingOutput({ outputs }: OnnxSession, name: string): string | undefined {
  const same = outputs.find((output) => output.name === name);
  return same?.name ?? (outputs.length === 1 && name === EMBEDDINGS[0] ? outputs[0]?.name : undefined);
}

function named({ outputs }: OnnxSession, names: readonly string[]): string | undefined {
  return outputs.find(({ name }) => names.includes(name))?.name;
}
