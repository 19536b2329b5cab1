import { writeTinyStableDiffusion } from '@vision-sdk/diffusion/testing';
import type { GpuCase } from '../../../../test/gpu/case.ts';
import sdxlTurbo from '../src/index.ts';

export const gpuCases: readonly GpuCase[] = [
  {
    name: 'sdxl-turbo',
    async plugin(folder) {
      await writeTinyStableDiffusion(folder, { kind: 'sdxl' });
      return sdxlTurbo({ model: folder });
    },
  },
];
