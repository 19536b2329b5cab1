import type { TinyModel } from '@vision-sdk/onnx/testing';
import { linear, patches, silu, timeEmbedding } from './layers.ts';
import { type ComponentOptions, graphFor, timestepInput, withDefect } from './options.ts';
import { TOKENS } from './text-encoder.ts';

const WIDTH = 8;
const TIME_WIDTH = 8;

/** The size of Kandinsky's prior. */
export interface PriorOptions extends ComponentOptions {
  readonly component: number;
  /** Width of an image embedding. */
  readonly embedding: number;
  /** Width of the text encoder's states. */
  readonly textWidth: number;
  /** Type of `attention_mask`: `bool` by default. */
  readonly maskType?: 'bool' | 'int64' | 'float32' | undefined;
}

/** Kandinsky's prior: an image embedding from a noisy one, the text's embedding, and the mean of those states of it that the mask leaves. */
export function tinyPrior(options: PriorOptions): TinyModel {
  const { component, embedding, textWidth, maskType = 'bool', defect } = options;
  const graph = graphFor(options, component);
  const noisy = graph.floats('hidden_states', ['batch_size', embedding]);
  const time = timeEmbedding(graph, timestepInput(graph, options), TIME_WIDTH);
  const text = graph.floats('proj_embedding', ['batch_size', embedding]);
  const states = graph.floats('encoder_hidden_states', ['batch_size', TOKENS, textWidth]);
  const mask = graph.toFloat(graph.input('attention_mask', maskType, ['batch_size', TOKENS]));
  const kept = graph.add('Mul', [states, graph.add('Unsqueeze', [mask, graph.integers([-1])])]);
  const mean = graph.add('ReduceMean', [kept], { axes: [1], keepdims: 0 });
  const parts = [
    linear(graph, noisy, { from: embedding, to: WIDTH }),
    linear(graph, time, { from: TIME_WIDTH, to: WIDTH }),
    linear(graph, text, { from: embedding, to: WIDTH }),
    linear(graph, mean, { from: textWidth, to: WIDTH }),
  ];
  const hidden = parts.reduce((sum, part) => graph.add('Add', [sum, part]));
  const out = linear(graph, silu(graph, hidden), { from: WIDTH, to: embedding });
  graph.output('predicted_image_embedding', withDefect(graph, out, defect), ['batch_size', embedding]);
  return graph.model();
}

/** The size of an image encoder. */
export interface ImageEncoderOptions extends ComponentOptions {
  readonly component: number;
  readonly embedding: number;
  /** Pixels of a side, such as CLIP's 224. */
  readonly imageSize: number;
}

/** CLIP's image encoder: patches, and their mean. */
export function tinyImageEncoder(options: ImageEncoderOptions): TinyModel {
  const { component, embedding, imageSize, defect } = options;
  const graph = graphFor(options, component);
  const pixels = graph.floats('pixel_values', ['batch_size', 3, imageSize, imageSize]);
  const seen = silu(graph, patches(graph, pixels, { from: 3, to: WIDTH, size: Math.max(1, Math.floor(imageSize / 8)) }));
  const mean = graph.add('Flatten', [graph.add('GlobalAveragePool', [seen])], { axis: 1 });
  graph.output('image_embeds', withDefect(graph, linear(graph, mean, { from: WIDTH, to: embedding }), defect), ['batch_size', embedding]);
  return graph.model();
}
