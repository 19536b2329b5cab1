import type { TinyModel } from '@vision-sdk/onnx/testing';
import type { TinyGraph } from './graph.ts';
import { addToPlaces, convolution, crossAttention, enlargeTo, linear, silu, timeEmbedding, waves } from './layers.ts';
import { type ComponentOptions, graphFor, timestepInput, withDefect } from './options.ts';

/** Names under which a ControlNet's findings are added, in the order of diffusers. */
export const RESIDUALS = [0, 1, 2, 3].map((i) => `down_block_${i}_additional_residual`);
/** The name for the middle of the UNet. */
export const MIDDLE_RESIDUAL = 'mid_block_additional_residual';
/** Channels of the UNet's first half. */
export const WIDTH = 8;
const TIME_ID_WIDTH = 4;
const TIME_IDS = 6;

/** What the denoiser is told besides sample and timestep. */
export type Condition =
  | { readonly kind: 'text'; readonly width: number }
  | { readonly kind: 'text-and-size'; readonly width: number; readonly pooled: number }
  | { readonly kind: 'image'; readonly width: number };

/** The size of a UNet. */
export interface UnetOptions extends ComponentOptions {
  readonly component: number;
  readonly condition: Condition;
  readonly inChannels: number;
  readonly latentChannels: number;
  /** Whether it also answers a variance, in as many channels again. */
  readonly learnsVariance?: boolean | undefined;
  /** Whether it takes a ControlNet's residuals. */
  readonly residuals?: boolean | undefined;
}

/** What the first half of a UNet found, from large to small. */
interface Found {
  readonly skips: readonly string[];
  readonly middle: string;
}

/**
 * A UNet of two sizes: convolutions, time, attention to the tokens, and what it found on the way down again on the way up. It takes any size and
 * batch. Its noise is mostly the sample itself, so that pictures stay within bounds however many steps are taken.
 */
export function tinyUnet(options: UnetOptions): TinyModel {
  const { component, inChannels, latentChannels, learnsVariance = false, residuals = false, defect } = options;
  const graph = graphFor(options, component);
  const sample = graph.floats('sample', ['batch_size', inChannels, 'height', 'width']);
  const found = firstHalf(graph, { sample, from: inChannels }, options);
  const controlled = residuals ? addResiduals(graph, found) : found;
  const outChannels = latentChannels * (learnsVariance ? 2 : 1);
  const up = secondHalf(graph, controlled, outChannels);
  const out = graph.add('Add', [up, ownNoise(graph, sample, options)]);
  graph.output('out_sample', withDefect(graph, out, defect), ['batch_size', outChannels, 'height', 'width']);
  return graph.model();
}

/** Declares what the condition needs and runs the first half. A ControlNet gives the picture that it watches as `added`. */
export function firstHalf(
  graph: TinyGraph,
  { sample, from, added }: { readonly sample: string; readonly from: number; readonly added?: string },
  options: ComponentOptions & { readonly condition: Condition },
): Found {
  const { tokens, tokenWidth, time } = conditionOf(graph, timestepInput(graph, options), options.condition);
  const entered = convolution(graph, sample, { from, to: WIDTH });
  const first = added === undefined ? entered : graph.add('Add', [entered, added]);
  const second = addToPlaces(graph, silu(graph, convolution(graph, first, { from: WIDTH, to: WIDTH })), {
    vector: time,
    from: WIDTH,
    to: WIDTH,
  });
  const third = convolution(graph, second, { from: WIDTH, to: WIDTH, stride: 2 });
  const timed = addToPlaces(graph, convolution(graph, third, { from: WIDTH, to: 2 * WIDTH }), { vector: time, from: WIDTH, to: 2 * WIDTH });
  const fourth = silu(graph, timed);
  return { skips: [first, second, third, fourth], middle: crossAttention(graph, fourth, { tokens, width: 2 * WIDTH, tokenWidth }) };
}

function conditionOf(graph: TinyGraph, timestep: string, condition: Condition): { tokens: string; tokenWidth: number; time: string } {
  const time = timeEmbedding(graph, timestep, WIDTH);
  if (condition.kind === 'image') return imageCondition(graph, time, condition.width);
  const tokens = graph.floats('encoder_hidden_states', ['batch_size', 'sequence_length', condition.width]);
  const tokenWidth = condition.width;
  if (condition.kind === 'text') return { tokens, tokenWidth, time };
  const pooled = graph.floats('text_embeds', ['batch_size', condition.pooled]);
  const sizes = graph.floats('time_ids', ['batch_size', TIME_IDS]);
  const flat = graph.add('Reshape', [waves(graph, sizes, TIME_ID_WIDTH), graph.integers([-1, TIME_IDS * TIME_ID_WIDTH])]);
  const added = graph.add('Concat', [pooled, flat], { axis: -1 });
  const projected = linear(graph, added, { from: condition.pooled + TIME_IDS * TIME_ID_WIDTH, to: WIDTH });
  return { tokens, tokenWidth, time: graph.add('Add', [time, projected]) };
}

/** An image embedding is two tokens, and is added to the time. */
function imageCondition(graph: TinyGraph, time: string, width: number) {
  const embeds = graph.floats('image_embeds', ['batch_size', width]);
  const tokens = graph.add('Reshape', [linear(graph, embeds, { from: width, to: 2 * WIDTH }), graph.integers([-1, 2, WIDTH])]);
  const added = graph.add('Add', [time, linear(graph, embeds, { from: width, to: WIDTH })]);
  return { tokens, tokenWidth: WIDTH, time: added };
}

function addResiduals(graph: TinyGraph, { skips, middle }: Found): Found {
  const add = (value: string, name: string, channels: number) =>
    graph.add('Add', [value, graph.floats(name, ['batch_size', channels, `${name}_height`, `${name}_width`])]);
  const controlled = skips.map((skip, i) => add(skip, RESIDUALS[i]!, i === 3 ? 2 * WIDTH : WIDTH));
  return { skips: controlled, middle: add(middle, MIDDLE_RESIDUAL, 2 * WIDTH) };
}

function secondHalf(graph: TinyGraph, { skips, middle }: Found, outChannels: number): string {
  const joined = (value: string, skip: string) => graph.add('Concat', [value, skip], { axis: 1 });
  const low = silu(graph, convolution(graph, joined(middle, skips[3]!), { from: 4 * WIDTH, to: WIDTH }));
  const wide = enlargeTo(graph, joined(low, skips[2]!), skips[1]!);
  const high = silu(graph, convolution(graph, joined(wide, skips[1]!), { from: 3 * WIDTH, to: WIDTH }));
  const out = graph.add('Tanh', [convolution(graph, joined(high, skips[0]!), { from: 2 * WIDTH, to: outChannels })]);
  return graph.add('Mul', [out, graph.constant([0.3], [1])]);
}

/** The latents of the sample, and nothing as their variance. */
function ownNoise(graph: TinyGraph, sample: string, { latentChannels, learnsVariance }: UnetOptions): string {
  const latents = graph.add('Slice', [sample, graph.integers([0]), graph.integers([latentChannels]), graph.integers([1])]);
  const most = graph.add('Mul', [latents, graph.constant([0.95], [1])]);
  if (learnsVariance !== true) return most;
  return graph.add('Concat', [most, graph.add('Mul', [latents, graph.constant([0], [1])])], { axis: 1 });
}
