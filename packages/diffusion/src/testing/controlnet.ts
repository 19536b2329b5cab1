import type { TinyModel } from '@vision-sdk/onnx/testing';
import { convolution, patches, silu } from './layers.ts';
import { type ComponentOptions, graphFor, withDefect } from './options.ts';
import { type Condition, firstHalf, MIDDLE_RESIDUAL, RESIDUALS, WIDTH } from './unet.ts';

/** The size of a ControlNet. */
export interface ControlNetOptions extends ComponentOptions {
  readonly component: number;
  readonly condition: Condition;
  readonly latentChannels: number;
  readonly vaeScale: number;
  /** How it takes `conditioning_scale`: a scalar, a list of one, or not at all. A scalar by default. */
  readonly scaleInput?: 'scalar' | 'one' | 'none' | undefined;
}

/** A ControlNet for the UNet of the same condition: the first half of one that also sees a picture. */
export function tinyControlNet(options: ControlNetOptions): TinyModel {
  const { component, latentChannels, vaeScale, scaleInput = 'scalar', defect } = options;
  const graph = graphFor(options, component);
  const sample = graph.floats('sample', ['batch_size', latentChannels, 'height', 'width']);
  const picture = graph.floats('controlnet_cond', ['batch_size', 3, 'image_height', 'image_width']);
  const seen = silu(graph, patches(graph, picture, { from: 3, to: WIDTH, size: vaeScale }));
  const added = convolution(graph, seen, { from: WIDTH, to: WIDTH });
  const { skips, middle } = firstHalf(graph, { sample, from: latentChannels, added }, options);
  const scale = scaleInput === 'none' ? undefined : graph.floats('conditioning_scale', scaleInput === 'one' ? [1] : []);
  for (const [i, value] of [...skips, middle].entries()) {
    const channels = i < 3 ? WIDTH : 2 * WIDTH;
    const residual = convolution(graph, value, { from: channels, to: channels });
    const scaled = scale === undefined ? residual : graph.add('Mul', [residual, scale]);
    const name = RESIDUALS[i] ?? MIDDLE_RESIDUAL;
    graph.output(name, withDefect(graph, scaled, defect), ['batch_size', channels, `${name}_height`, `${name}_width`]);
  }
  return graph.model();
}
