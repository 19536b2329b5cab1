import { writeTinyControlNet, writeTinyStableDiffusion } from '@vision-sdk/diffusion/testing';
import type { GpuCase } from '../../../../test/gpu/case.ts';
import scribble from '../src/index.ts';

export const gpuCases: readonly GpuCase[] = [
  {
    name: 'scribble',
    async plugin(folder) {
      const model = await writeTinyStableDiffusion(`${folder}/model`, { kind: 'sd', residuals: true });
      return scribble({ model, controlnet: await writeTinyControlNet(`${folder}/scribble`, { kind: 'sd' }) });
    },
  },
];
