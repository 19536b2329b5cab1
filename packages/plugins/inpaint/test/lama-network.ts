import type { TinyModel, TinyNode, TinyWeight } from '@vision-sdk/onnx/testing';

/** How a network is exported. */
export interface LamaExport {
  readonly side?: number;
  readonly type?: 'float32' | 'float16';
  /** 1 or 255. */
  readonly white?: number;
  /** Picture and mask as four channels of one input. */
  readonly joined?: boolean;
  readonly defect?: 'nan' | 'shape';
}

/** A network that fills a hole with the mean colour of the picture, holes counted as black. */
export function lamaNetwork({ side, type = 'float32', white = 1, joined = false, defect }: LamaExport = {}): TinyModel {
  const sides = side === undefined ? ['height', 'width'] : [side, side];
  const input = (name: string, channels: number) => ({ name, type, dims: [1, channels, ...sides] });
  return {
    inputs: joined ? [input('input', 4)] : [input('mask', 1), input('image', 3)],
    outputs: [{ name: 'output', type, dims: [1, 3, ...sides] }],
    weights: [float('white', defect === 'nan' ? Number.NaN : white, type), ...['zero', 'three', 'four', 'one'].map(whole)],
    nodes: [
      ...(joined ? [slice('image', 'zero', 'three'), slice('mask', 'three', 'four')] : []),
      { operator: 'GlobalAveragePool', inputs: ['image'], outputs: ['mean'] },
      { operator: 'Mul', inputs: ['mask', 'mean'], outputs: ['filled'] },
      { operator: 'Add', inputs: ['image', 'filled'], outputs: ['whole'] },
      { operator: 'Mul', inputs: ['whole', 'white'], outputs: [defect === 'shape' ? 'bright' : 'output'] },
      ...(defect === 'shape' ? [{ operator: 'GlobalAveragePool', inputs: ['bright'], outputs: ['output'] }] : []),
    ],
  };
}

const WHOLES: Readonly<Record<string, bigint>> = { zero: 0n, one: 1n, three: 3n, four: 4n };

function slice(output: string, from: string, to: string): TinyNode {
  return { operator: 'Slice', inputs: ['input', from, to, 'one'], outputs: [output] };
}

function whole(name: string): TinyWeight {
  return { name, type: 'int64', dims: [1], data: new Uint8Array(BigInt64Array.of(WHOLES[name]!).buffer) };
}

function float(name: string, value: number, type: 'float32' | 'float16'): TinyWeight {
  const halves: Readonly<Record<number, number>> = { 1: 0x3c00, 255: 0x5bf8 };
  const data = type === 'float32' ? Float32Array.of(value) : Uint16Array.of(halves[value]!);
  return { name, type, dims: [1], data: new Uint8Array(data.buffer) };
}
