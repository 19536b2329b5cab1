import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { controlledResources, controlledWeights, controlNetWeights, partOf } from '../../src/index.ts';
import { writeTinyControlNet, writeTinyStableDiffusion } from '../../src/testing/index.ts';
import { clashingFiles } from '../../src/weights/clashing-files.ts';
import { temporaryFolder } from '../stable/tiny.ts';

const ABOUT = { licence: 'MIT' };
const hub = (files: readonly string[], repository = 'a/b') => ({ repository, revision: 'a'.repeat(40), files, bytes: 10 });

describe('the weights of a model for ControlNets', () => {
  it('have the UNet that takes residuals, whichever folder it is in', async () => {
    await using folder = await temporaryFolder();
    await writeTinyStableDiffusion(folder.path, { kind: 'sd', residuals: true });
    expect(controlledWeights(folder.path, ABOUT).graphs.unet).toBe('unet/model.onnx');
  });

  it('have the only UNet where none takes residuals, or a ControlNet lies beside it', async () => {
    await using folder = await temporaryFolder();
    await writeTinyStableDiffusion(folder.path, { kind: 'sd', residuals: false });
    await writeTinyControlNet(join(folder.path, 'controlnet'), { kind: 'sd' });
    const { graphs, files } = controlledWeights(folder.path, ABOUT);
    expect(graphs).toMatchObject({ unet: 'unet/model.onnx', text_encoder: 'text_encoder/model.onnx' });
    expect(files).not.toContain('controlnet/model.onnx');
  });

  it('of a hub have the UNet that is listed', () => {
    const files = ['text_encoder/model.onnx', 'controlnet/model.onnx', 'vae_decoder/model.onnx'];
    expect(controlledWeights(hub(files), ABOUT).graphs.unet).toBe('controlnet/model.onnx');
    expect(controlledWeights(hub([...files, 'unet/model.onnx']), ABOUT).graphs.unet).toBe('unet/model.onnx');
  });

  it('of a folder that is not there name what is expected', () => {
    expect(controlledWeights('/nowhere', ABOUT)).toMatchObject({ bytes: 0, graphs: { unet: 'unet/model.onnx' } });
  });
});

describe('the weights of a ControlNet', () => {
  it('are a folder with one graph, or that graph', async () => {
    await using folder = await temporaryFolder();
    const path = await writeTinyControlNet(folder.path, { kind: 'sd', externalData: { suffix: '.data' } });
    const expected = { kind: 'folder', folder: folder.path, graphs: { controlnet: 'model.onnx' } };
    for (const from of [folder.path, path])
      expect(controlNetWeights(from, ABOUT)).toMatchObject({ ...expected, files: ['model.onnx', 'model.onnx.data', 'config.json'] });
  });

  it('of a hub are the only graph that is listed', () => {
    const files = ['SD/Scribble/model.onnx', 'SD/Scribble/model.onnx.data'];
    expect(controlNetWeights(hub(files), ABOUT).graphs).toEqual({ controlnet: 'SD/Scribble/model.onnx' });
    const several = controlNetWeights(hub(['SD/Canny/model.onnx', ...files]), ABOUT);
    expect(several.graphs.controlnet ?? '').not.toContain('SD');
  });
});

describe('a UNet from elsewhere', () => {
  it('is the one that takes residuals, in a folder with both exports as well', async () => {
    await using folder = await temporaryFolder();
    const path = (name: string) => join(folder.path, name);
    await writeTinyStableDiffusion(path('model'), { kind: 'sd' });
    await writeTinyStableDiffusion(path('other'), { kind: 'sd', seed: 2 });
    await writeTinyStableDiffusion(path('with'), { kind: 'sd', seed: 2, residuals: true });
    await cp(path('with/unet'), path('other/controlnet'), { recursive: true });
    for (const [place, graph] of [
      ['other', 'controlnet/model.onnx'],
      ['with', 'unet/model.onnx'],
      ['with/unet', 'model.onnx'],
    ] as const) {
      const weights = controlledWeights(path('model'), { ...ABOUT, parts: { unet: path(place) } });
      expect(Object.keys(weights.parts)).toEqual(['unet']);
      expect([weights.graphs.unet, partOf(weights, 'unet').graphs]).toEqual([graph, { unet: graph }]);
      expect(weights.files).not.toContain('unet/model.onnx');
    }
  });
});

describe('what a model with ControlNets declares', () => {
  const model = { ...controlledWeights(hub(['unet/model.onnx']), ABOUT), bytes: 2 ** 30, componentBytes: { unet: 2 ** 30 } };
  const net = { ...controlNetWeights(hub(['model.onnx']), ABOUT), bytes: 2 ** 29 };

  it('is memory for all of them, and for each component', () => {
    const alone = controlledResources({ model, nets: {} }, 512);
    const both = controlledResources({ model, nets: { canny: net, depth: net } }, 512);
    const mebibytes = (memory = '') => Number(memory.replace('MiB', ''));
    expect(mebibytes(both.memory) - mebibytes(alone.memory)).toBeGreaterThanOrEqual(1024);
    expect(Object.keys(both.components!).toSorted()).toEqual(['canny', 'depth', 'unet']);
  });

  it('is what the options say', () => {
    const said = controlledResources({ model, nets: { canny: net } }, 512, { memory: '3GiB', components: { canny: '1GiB' } });
    expect(said).toMatchObject({ memory: '3GiB', components: { canny: '1GiB', unet: expect.stringMatching(/MiB$/) } });
  });
});

describe('files of several repositories', () => {
  it.each([
    ['of one repository', [hub(['a/model.onnx']), hub(['b/model.onnx']), hub(['a/model.onnx'])], undefined],
    ['of folders', ['x', 'x'], undefined],
    ['of other names', [hub(['a.onnx']), hub(['b.onnx'], 'c/d')], undefined],
    [
      'of one name',
      [hub(['a.onnx']), hub(['a.onnx'], 'c/d')],
      /^a\.onnx is in a\/b@a+ and in c\/d@a+; list it for one of them alone, or give a folder/,
    ],
  ] as const)('%s', (_, models, expected) => {
    const message = clashingFiles(models as never);
    if (expected === undefined) expect(message).toBeUndefined();
    else expect(message).toMatch(expected);
  });
});
