import { describe, expect, it } from 'vitest';
import { createScheduler, textToImage } from '../../src/index.ts';
import type { TinyStableDiffusion } from '../../src/testing/index.ts';
import { farthest, paint, REQUEST, withTiny } from './tiny.ts';

describe.each(['sd', 'sdxl'] as const)('the same weights as %s give the same picture', async (kind) => {
  const [plain] = await withTiny({ kind }, paint);

  it.each<[string, Partial<TinyStableDiffusion>, precision?: string]>([
    ['with ids of 32 bits', { ids: 'int32' }],
    ['with a timestep of one', { timestep: { form: 'one' } }],
    ['with a timestep for each entry', { timestep: { form: 'batch' } }],
    ['with a floating timestep', { timestep: { type: 'float32' } }],
    ['with output_hidden_states', { booleanInput: true }],
    ['with a data file', { externalData: { suffix: '_data' } }],
    ['with data in three pieces', { externalData: { suffix: '_data', files: 3 } }],
    ['with data called .data', { externalData: { suffix: '.data' } }],
    ['with data called otherwise', { externalData: { suffix: 'weights.pb' } }],
    ['laid out as transformers.js does', { layout: 'onnx' }],
    ['laid out as transformers.js does, with an ending', { layout: 'onnx', dtypeSuffix: '_fp16' }, 'fp16'],
    ['laid out as transformers.js does, in the only precision there is', { layout: 'onnx', dtypeSuffix: '_fp16' }],
    ['without an encoder of pictures', { without: ['vae_encoder'] }],
    ['with a UNet for ControlNets, and none of them', { residuals: true }],
    ['without configs of components', { without: ['unet/config.json', 'vae_decoder/config.json', 'text_encoder/config.json'] }],
    ['without a second tokenizer', { without: ['tokenizer_2'] }],
  ])('%s', async (_, variation, precision) => {
    const [picture] = await withTiny({ kind, ...variation }, paint, precision === undefined ? {} : { precision });
    expect(picture).toEqual(plain);
  });

  it('laid out as transformers.js does, whose configs say what is unusual', async () => {
    const paintWith = (layout: 'folders' | 'onnx') => withTiny({ kind, vaeScale: 4, layout }, paint);
    expect(await paintWith('onnx')).toEqual(await paintWith('folders'));
  });

  it.each<[string, Partial<TinyStableDiffusion>, number]>([
    ['in half precision with floats around it', { weights: 'float16', io: 'float32' }, 3],
    ['in half precision throughout', { weights: 'float16' }, 3],
    ['in half precision with a UNet for ControlNets, and none of them', { weights: 'float16', residuals: true }, 3],
    ['in half precision, its timestep too', { weights: 'float16', timestep: { type: 'float16', form: 'batch' } }, 3],
  ])('almost, %s', async (_, variation, most) => {
    const [picture] = await withTiny({ kind, ...variation }, paint);
    expect(farthest(picture!, plain!)).toBeLessThanOrEqual(most);
  });

  it('and another one for other weights, seeds, prompts, guidance, steps and schedulers', async () => {
    const others = await withTiny({ kind }, async (sd) => [
      ...(await textToImage(sd, { ...REQUEST, seed: 8 })),
      ...(await textToImage(sd, { ...REQUEST, prompt: 'a blue barn' })),
      ...(await textToImage(sd, { ...REQUEST, negativePrompt: 'snow' })),
      ...(await textToImage(sd, { ...REQUEST, guidance: 3 })),
      ...(await textToImage(sd, { ...REQUEST, guidance: 1 })),
      ...(await textToImage(sd, { ...REQUEST, steps: 4 })),
      ...(await paint(sd.withScheduler(createScheduler({ _class_name: 'EulerDiscreteScheduler' })))),
    ]);
    const [otherWeights] = await withTiny({ kind, seed: 2 }, paint);
    const bytes = [plain!, otherWeights!, ...others].map(({ data }) => Buffer.from(data).toString('hex'));
    expect(new Set(bytes).size).toBe(9);
  });
});
