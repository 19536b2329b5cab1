import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '@vision-sdk/core';
import { float32ToFloat16 } from '@vision-sdk/onnx';
import { encodeModel, type TinyModel, type TinyType } from '@vision-sdk/onnx/testing';
import { Network } from '../src/network.ts';

/** A folder that is removed when it goes out of scope. */
export async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'vision-upscale-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** A network that repeats every pixel `scale` times in both directions, as a transposed convolution. */
export function repeater(
  options: {
    scale?: number;
    type?: Exclude<TinyType, 'int64'>;
    sides?: readonly (number | string)[];
    batch?: number | string;
    /** File beside the graph that holds the weights. */
    weightsIn?: string;
  } = {},
): TinyModel {
  const { scale = 2, type = 'float32', sides = ['h', 'w'], batch = 'n' } = options;
  const ones = new Float32Array(3 * scale * scale).fill(1);
  const bytes = new Uint8Array((type === 'float16' ? float32ToFloat16(ones) : ones).buffer);
  return {
    inputs: [{ name: 'pixels', type, dims: [batch, 3, ...sides] }],
    outputs: [{ name: 'enlarged', type, dims: [batch, 3, 'H', 'W'] }],
    weights: [
      {
        name: 'ones',
        type,
        dims: [3, 1, scale, scale],
        data: options.weightsIn === undefined ? bytes : { file: options.weightsIn, length: 1 },
      },
    ],
    nodes: [
      {
        operator: 'ConvTranspose',
        inputs: ['pixels', 'ones'],
        outputs: ['enlarged'],
        attributes: { group: 3, kernel_shape: [scale, scale], strides: [scale, scale] },
      },
    ],
  };
}

/** A network of factor 2 that first folds squares of 2 x 2 pixels into channels, as Real-ESRGAN x2plus does: it takes even sides only. */
export function folding(): TinyModel {
  const scale = 4;
  // Of the 12 folded channels, the first three are the upper left pixels.
  const pick = Float32Array.from({ length: 3 * 12 }, (_, i) => Number(i % 12 === Math.floor(i / 12)));
  const ones = new Float32Array(3 * scale * scale).fill(1);
  const bytes = (values: Float32Array) => new Uint8Array(values.buffer);
  return {
    inputs: [{ name: 'pixels', type: 'float32', dims: ['n', 3, 'h', 'w'] }],
    outputs: [{ name: 'enlarged', type: 'float32', dims: ['n', 3, 'H', 'W'] }],
    weights: [
      { name: 'pick', type: 'float32', dims: [3, 12, 1, 1], data: bytes(pick) },
      { name: 'ones', type: 'float32', dims: [3, 1, scale, scale], data: bytes(ones) },
    ],
    nodes: [
      { operator: 'SpaceToDepth', inputs: ['pixels'], outputs: ['folded'], attributes: { blocksize: 2 } },
      { operator: 'Conv', inputs: ['folded', 'pick'], outputs: ['picked'], attributes: { kernel_shape: [1, 1] } },
      {
        operator: 'ConvTranspose',
        inputs: ['picked', 'ones'],
        outputs: ['enlarged'],
        attributes: { group: 3, kernel_shape: [scale, scale], strides: [scale, scale] },
      },
    ],
  };
}

/** Writes a network; returns its path. */
export async function writeNetwork(folder: string, model: TinyModel, name = 'model.onnx'): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, encodeModel(model));
  return path;
}

/** Loads a network file on one CPU thread. */
export function loadNetwork(path: string, scale?: number): Promise<Network> {
  return Network.load(path, { device: 'cpu', threads: 1, scale, signal: new AbortController().signal, log: silentLog });
}
