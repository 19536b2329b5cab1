import { writeTinyKandinsky } from '@vision-sdk/diffusion/testing';
import type { GpuCase } from '../../../../test/gpu/case.ts';
import kandinsky from '../src/index.ts';
import { SMALL } from './model.ts';

export const gpuCases: readonly GpuCase[] = (['float32', 'float16'] as const).map((weights) => ({
  name: `kandinsky in ${weights}`,
  plugin: async (folder: string) => kandinsky({ model: await writeTinyKandinsky(folder, { ...SMALL, weights }), prior: { steps: 5 } }),
  ...(weights === 'float16' ? { tolerance: { colour: 16, meanColour: 2 } } : {}),
}));
