import { writeTinyControlNet, writeTinyStableDiffusion } from '@vision-sdk/diffusion/testing';
import type { GpuCase } from '../../../../test/gpu/case.ts';
import controlnet from '../src/index.ts';

export const gpuCases: readonly GpuCase[] = [
  ...(['sd', 'sdxl'] as const).map((kind) => ({
    name: `controlnet on ${kind}`,
    async plugin(folder: string) {
      const model = await writeTinyStableDiffusion(`${folder}/model`, { kind, residuals: true });
      const [canny, depth] = [`${folder}/canny`, `${folder}/depth`];
      await writeTinyControlNet(canny, { kind });
      await writeTinyControlNet(depth, { kind, seed: 2 });
      return controlnet({ model, controlnets: { canny, depth } });
    },
  })),
];
