import type { GpuCase } from '../../../../test/gpu/case.ts';
import upscale from '../src/index.ts';
import { fixture } from './goldens.ts';

export const gpuCases: readonly GpuCase[] = [
  { name: 'upscale, the network of the package', plugin: () => upscale() },
  {
    name: 'upscale, any network cut as Vision cuts',
    plugin: () => upscale({ model: fixture('realesrgan_x2_tiny.onnx'), tile: { size: 48, batch: 2 } }),
    // Vision's tiling truncates values, so that a last bit may be a whole colour.
    tolerance: { meanColour: 1 },
  },
];
