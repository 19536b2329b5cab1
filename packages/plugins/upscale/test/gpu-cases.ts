import type { GpuCase } from '../../../../test/gpu/case.ts';
import upscale from '../src/index.ts';
import { fixture } from './goldens.ts';
import { repeater, writeNetwork } from './networks.ts';

export const gpuCases: readonly GpuCase[] = [
  { name: 'upscale, the network of the package', plugin: () => upscale() },
  {
    name: 'upscale, any network cut as Vision cuts',
    plugin: () => upscale({ model: fixture('realesrgan_x2_tiny.onnx'), tile: { size: 48, batch: 2 } }),
    // Vision's tiling truncates values, so that a last bit may be a whole colour.
    tolerance: { meanColour: 1 },
  },
  {
    name: 'upscale, factor 4 of a fixed size',
    plugin: async (folder) => upscale({ model: await writeNetwork(folder, repeater({ scale: 4, sides: [128, 128], batch: 1 })), scale: 4 }),
  },
];
