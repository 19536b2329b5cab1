import type { TinyModel } from '@vision-sdk/onnx/testing';
import { convolution, patches, silu } from './layers.ts';
import { type ComponentOptions, graphFor, withDefect } from './options.ts';

const WIDTH = 8;

/** The size of a VAE or of Kandinsky's movq. */
export interface VaeOptions extends ComponentOptions {
  readonly component: number;
  readonly latentChannels: number;
  /** Pixels of a latent's side. */
  readonly vaeScale: number;
  /** Means and logarithms of variances, or the latents themselves. */
  readonly encodes?: 'latent_parameters' | 'latent_sample' | undefined;
  /** What the decoder's latents were multiplied with, so that pictures are neither grey nor black and white. */
  readonly scalingFactor: number;
}

/** A VAE's encoder: every square of pixels becomes a latent. */
export function tinyVaeEncoder(options: VaeOptions): TinyModel {
  const { component, latentChannels, vaeScale, encodes = 'latent_parameters', scalingFactor, defect } = options;
  const graph = graphFor(options, component);
  const sample = graph.floats('sample', ['batch_size', 3, 'image_height', 'image_width']);
  const seen = silu(graph, patches(graph, sample, { from: 3, to: WIDTH, size: vaeScale }));
  const values = (spread: number) =>
    graph.add('Mul', [convolution(graph, seen, { from: WIDTH, to: latentChannels }), graph.constant([spread], [1])]);
  const mean = values(1 / scalingFactor);
  const logVariance = graph.add('Sub', [values(1), graph.constant([4], [1])]);
  const out = encodes === 'latent_sample' ? mean : graph.add('Concat', [mean, logVariance], { axis: 1 });
  const channels = encodes === 'latent_sample' ? latentChannels : 2 * latentChannels;
  graph.output(encodes, withDefect(graph, out, defect), ['batch_size', channels, 'latent_height', 'latent_width']);
  return graph.model();
}

/** A VAE's decoder: every latent becomes a square of pixels, blurred over its neighbours. */
export function tinyVaeDecoder(options: VaeOptions): TinyModel {
  const { component, latentChannels, vaeScale, scalingFactor, defect } = options;
  const graph = graphFor(options, component);
  const latents = graph.floats('latent_sample', ['batch_size', latentChannels, 'latent_height', 'latent_width']);
  const single = graph.add('Mul', [latents, graph.constant([scalingFactor], [1])]);
  const weights = [graph.weight([latentChannels, WIDTH, vaeScale, vaeScale], 1 / Math.sqrt(latentChannels)), graph.weight([WIDTH], 0.1)];
  const shape = { kernel_shape: [vaeScale, vaeScale], strides: [vaeScale, vaeScale] };
  const squares = silu(graph, graph.add('ConvTranspose', [single, ...weights], shape));
  const pixels = graph.add('Tanh', [convolution(graph, squares, { from: WIDTH, to: 3 })]);
  graph.output('sample', withDefect(graph, pixels, defect), ['batch_size', 3, 'image_height', 'image_width']);
  return graph.model();
}
