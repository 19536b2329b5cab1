import { writeTinyStableDiffusion } from '@vision-sdk/diffusion/testing';
import type { GpuCase } from '../../../../test/gpu/case.ts';
import inpaint from '../src/index.ts';

const CASES = [
  { inChannels: 9, weights: 'float32' },
  { inChannels: 9, weights: 'float16' },
  { inChannels: 4, weights: 'float32' },
] as const;

export const gpuCases: readonly GpuCase[] = CASES.map((tiny) => ({
  name: `inpaint with ${tiny.inChannels} channels in ${tiny.weights}`,
  plugin: async (folder: string) => inpaint({ model: await writeTinyStableDiffusion(folder, { kind: 'sd', ...tiny }) }),
  ...(tiny.weights === 'float16' ? { tolerance: { colour: 16, meanColour: 2 } } : {}),
}));
