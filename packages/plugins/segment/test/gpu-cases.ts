import type { GpuCase } from '../../../../test/gpu/case.ts';
import segment from '../src/index.ts';
import { encoder, transformersDecoder, write } from './networks.ts';

export const gpuCases: readonly GpuCase[] = [
  {
    name: 'segment',
    plugin(folder) {
      write(folder, 'onnx/vision_encoder.onnx', encoder());
      write(folder, 'onnx/prompt_encoder_mask_decoder.onnx', transformersDecoder());
      return segment({ model: folder });
    },
  },
];
