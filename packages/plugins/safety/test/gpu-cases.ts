import type { GpuCase } from '../../../../test/gpu/case.ts';
import safety from '../src/index.ts';
import { colourChecker, writeNetwork } from './networks.ts';

export const gpuCases: readonly GpuCase[] = [
  {
    name: 'safety',
    plugin(folder) {
      writeNetwork(folder, colourChecker(), 'onnx/model.onnx');
      return safety({ model: folder });
    },
  },
];
