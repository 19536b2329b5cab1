import type { GpuCase } from '../../../../test/gpu/case.ts';
import clip from '../src/index.ts';
import { imageNetwork, textNetwork, write, writeByteTokenizer } from './networks.ts';

export const gpuCases: readonly GpuCase[] = [
  {
    name: 'clip, images and texts',
    plugin(folder) {
      write(folder, 'onnx/vision_model.onnx', imageNetwork());
      write(folder, 'onnx/text_model.onnx', textNetwork());
      writeByteTokenizer(folder);
      return clip({ model: folder, text: true });
    },
  },
];
