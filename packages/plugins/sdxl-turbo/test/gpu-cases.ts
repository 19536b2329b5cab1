import { writeTinyStableDiffusion } from '@vision-sdk/diffusion/testing';
import type { GpuCase } from '../../../../test/gpu/case.ts';
import sdxlTurbo from '../src/index.ts';

export const gpuCases: readonly GpuCase[] = (['float32', 'float16'] as const).map((weights) => ({
  name: `sdxl-turbo in ${weights}`,
  plugin: async (folder: string) => sdxlTurbo({ model: await writeTinyStableDiffusion(folder, { kind: 'sdxl', weights }) }),
  ...(weights === 'float16' ? { tolerance: { colour: 16, meanColour: 2 } } : {}),
}));
