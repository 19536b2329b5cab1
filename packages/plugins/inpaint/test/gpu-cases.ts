import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeTinyStableDiffusion } from '@vision-sdk/diffusion/testing';
import { encodeModel } from '@vision-sdk/onnx/testing';
import type { GpuCase } from '../../../../test/gpu/case.ts';
import inpaint from '../src/index.ts';
import { lamaNetwork } from './lama-network.ts';

const CASES = [
  { inChannels: 9, weights: 'float32' },
  { inChannels: 9, weights: 'float16' },
  { inChannels: 4, weights: 'float32' },
] as const;

const diffusion: readonly GpuCase[] = CASES.map((tiny) => ({
  name: `inpaint with ${tiny.inChannels} channels in ${tiny.weights}`,
  plugin: async (folder: string) => inpaint({ model: await writeTinyStableDiffusion(folder, { kind: 'sd', ...tiny }) }),
  ...(tiny.weights === 'float16' ? { tolerance: { colour: 16, meanColour: 2 } } : {}),
}));

const lama: GpuCase = {
  name: 'inpaint with LaMa',
  plugin(folder) {
    const model = join(folder, 'lama.onnx');
    writeFileSync(model, encodeModel(lamaNetwork({ side: 64, white: 255 })));
    return inpaint({ lama: { model } });
  },
};

export const gpuCases: readonly GpuCase[] = [...diffusion, lama];
