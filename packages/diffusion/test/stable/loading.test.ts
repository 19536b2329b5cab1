import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { silentLog } from '@vision-sdk/core';
import { fakeLoadContext } from '@vision-sdk/core/testing';
import { encodeModel } from '@vision-sdk/onnx/testing';
import { describe, expect, it } from 'vitest';
import { imageToImage, loadStableDiffusion, textToImage } from '../../src/index.ts';
import { writeTinyStableDiffusion } from '../../src/testing/index.ts';
import { noisy, paint, REQUEST, temporaryFolder, weightsOf, withTiny } from './tiny.ts';

describe('what is wrong with weights is said by the name of the component', () => {
  it.each(['text_encoder', 'text_encoder_2', 'unet', 'vae_decoder'] as const)('%s: no numbers, or a wrong shape', async (component) => {
    for (const defect of ['nan', 'shape'] as const) {
      const error = await withTiny({ kind: 'sdxl', defects: { [component]: defect } }, paint).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'VISION_DIFFUSION_BROKEN_COMPONENT', details: { component } });
    }
  });

  it.each(['nan', 'shape'] as const)('vae_encoder: %s', async (defect) => {
    const painting = withTiny({ kind: 'sdxl', defects: { vae_encoder: defect } }, (sd) =>
      imageToImage(sd, { ...REQUEST, image: noisy(64, 64), strength: 1 }),
    );
    await expect(painting).rejects.toThrow(
      expect.objectContaining({
        code: 'VISION_DIFFUSION_BROKEN_COMPONENT',
        details: expect.objectContaining({ component: 'vae_encoder' }),
      }),
    );
  });

  it.each(['text_encoder', 'text_encoder_2', 'unet', 'vae_decoder', 'tokenizer'])('%s: not there', async (component) => {
    const error = await withTiny({ kind: 'sdxl', without: [component] }, paint).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'VISION_DIFFUSION_MISSING_COMPONENT', details: { component } });
  });

  it('a network for inpainting that is to paint from words alone', async () => {
    const error = await withTiny({ kind: 'sd', inChannels: 9 }, paint).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'VISION_DIFFUSION_BROKEN_COMPONENT',
      details: { component: 'unet', problem: 'it takes 9 channels, and is given 4' },
    });
  });

  it('operators that this device lacks, and the execution provider that has them', async () => {
    await using folder = await temporaryFolder();
    await writeTinyStableDiffusion(folder.path, { kind: 'sd' });
    const value = (name: string, channels: number) => ({ name, type: 'float32', dims: ['b', 64, channels] }) as const;
    const inputs = [value('sample', 8), { name: 'bias', type: 'float32', dims: [8] }] as const;
    const nodes = [{ operator: 'BiasSplitGelu', domain: 'com.microsoft', inputs: ['sample', 'bias'], outputs: ['out_sample'] }];
    const fused = encodeModel({ inputs, outputs: [value('out_sample', 4)], nodes, opsets: { 'com.microsoft': 1 } });
    await writeFile(join(folder.path, 'unet/model.onnx'), fused);
    await expect(loadStableDiffusion(fakeLoadContext(), weightsOf(folder.path))).rejects.toThrow(
      expect.objectContaining({
        code: 'VISION_ONNX_OPERATOR_UNKNOWN',
        message: expect.stringContaining('unet/model.onnx uses operators that cpu cannot run: com.microsoft:BiasSplitGelu'),
        hint: expect.stringContaining('execution provider cuda'),
      }),
    );
  });

  it('no scheduler', async () => {
    const error = await withTiny({ kind: 'sd', without: ['scheduler'] }, paint).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'VISION_DIFFUSION_BAD_CONFIG',
      message: expect.stringMatching(/scheduler_config\.json cannot be used: it is not in .*[\\/]/),
    });
  });
});

describe('loading', () => {
  it('asks for the device of each component by its name', async () => {
    const asked: string[] = [];
    const deviceOf = (component: string) => {
      asked.push(component);
      return component === 'vae_decoder' ? 'cuda:7' : 'cpu';
    };
    const error = await withTiny({ kind: 'sdxl' }, paint, { context: { deviceOf } }).catch((thrown: unknown) => thrown);
    expect(asked).toEqual(['text_encoder', 'text_encoder_2', 'unet', 'vae_decoder']);
    expect(String((error as { code?: string }).code)).toMatch(/^VISION_ONNX_(PROVIDER|DEVICE)/);
  });

  it('tells of text encoders that lack the states SDXL was trained with', async () => {
    const warnings: string[] = [];
    const log = { ...silentLog, warn: (_: unknown, message: string) => void warnings.push(message) };
    const [picture] = await withTiny({ kind: 'sdxl', hiddenStates: false }, paint, { context: { log } });
    expect(picture).toMatchObject({ width: 64 });
    expect(warnings).toHaveLength(2);
    await withTiny({ kind: 'sd', hiddenStates: false }, paint, { context: { log } });
    expect(warnings).toHaveLength(2);
  });

  it('ends a run within one step', async () => {
    const controller = new AbortController();
    const steps: number[] = [];
    const onStep = (step: number) => {
      steps.push(step);
      if (step === 2) controller.abort();
    };
    const painting = withTiny({ kind: 'sd' }, (sd) => textToImage(sd, REQUEST, { signal: controller.signal, onStep }));
    await expect(painting).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
    expect(steps).toEqual([1, 2]);
  });
});
