import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { encodeModel } from '@vision-sdk/onnx/testing';
import { describe, expect, it } from 'vitest';
import { type DiffusersWanted, diffusersWeights, drawsItself, estimatedMemory } from '../../src/index.ts';
import { temporaryFolder } from '../stable/tiny.ts';

/** A graph with an operator and weights in these files. */
function graph(data: readonly string[] = [], operator = 'Identity'): Uint8Array {
  const value = (name: string) => ({ name, type: 'float32', dims: [1] }) as const;
  const weights = data.map((file, i) => ({ name: `w${i}`, type: 'float32', dims: [1], data: { file, offset: 0, length: 4 } }) as const);
  return encodeModel({ inputs: [value('x')], outputs: [value('y')], nodes: [{ operator, inputs: ['x'], outputs: ['y'] }], weights });
}

async function folderWith(files: Readonly<Record<string, string | Uint8Array>>) {
  const folder = await temporaryFolder();
  for (const [file, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder.path, file)), { recursive: true });
    await writeFile(join(folder.path, file), content);
  }
  return folder;
}

const wanted: DiffusersWanted = {
  components: [{ name: 'unet', alternatives: ['controlnet'] }, { name: 'vae_decoder' }, { name: 'text_encoder_2', optional: true }],
  licence: 'openrail++',
};

describe('weights in a folder', () => {
  it('are graphs with the data files that they name, configs, tokenizers and schedulers, and nothing that only lies there', async () => {
    await using folder = await folderWith({
      'model_index.json': '{}',
      'README.md': 'x',
      'model.safetensors': 'x',
      'scheduler/scheduler_config.json': '{}',
      'tokenizer/vocab.json': '{}',
      'tokenizer/merges.txt': '',
      'unet/config.json': '{}',
      'unet/model.onnx': graph(['model.onnx_data', 'model.onnx_data_1']),
      'unet/model.onnx_data': '1234',
      'unet/model.onnx_data_1': '1234',
      'unet/model.onnx.data': 'from an older export',
      'vae_decoder/model.onnx': graph(),
      'vae_decoder/model.onnx_data': 'from an older export',
      '.cache/unet/model.onnx': 'x',
    });
    const weights = diffusersWeights(folder.path, wanted);
    expect(weights).toMatchObject({ kind: 'folder', folder: folder.path, licence: 'openrail++' });
    expect([...weights.files].sort()).toEqual([
      'model_index.json',
      'scheduler/scheduler_config.json',
      'tokenizer/merges.txt',
      'tokenizer/vocab.json',
      'unet/config.json',
      'unet/model.onnx',
      'unet/model.onnx_data',
      'unet/model.onnx_data_1',
      'vae_decoder/model.onnx',
    ]);
    expect(weights.graphs).toEqual({ unet: 'unet/model.onnx', vae_decoder: 'vae_decoder/model.onnx' });
    const unet = graph(['model.onnx_data', 'model.onnx_data_1']).length + 8;
    expect(weights.componentBytes).toEqual({ unet, vae_decoder: graph().length });
    expect(weights.bytes).toBe(unet + graph().length + '{}'.length * 4);
  });

  it('name what is missing, data files too, and nothing optional', async () => {
    await using folder = await folderWith({ 'unet/model.onnx': graph(['weights.pb']) });
    const { files, graphs } = diffusersWeights(folder.path, wanted);
    expect(files).toEqual(['unet/model.onnx', 'unet/weights.pb', 'vae_decoder/model.onnx']);
    expect(graphs.text_encoder_2).toBeUndefined();
    expect(diffusersWeights('/nowhere/at/all', wanted).files).toEqual(['unet/model.onnx', 'vae_decoder/model.onnx']);
  });

  it('never lie outside the folder of their graph', async () => {
    await using folder = await folderWith({ 'unet/model.onnx': graph(['../../secrets', '/etc/hosts', 'sub/../model.data']) });
    expect(diffusersWeights(folder.path, wanted).files).toEqual(['unet/model.onnx', 'unet/model.data', 'vae_decoder/model.onnx']);
  });

  it.each<[string, string, Partial<DiffusersWanted>]>([
    ['of another name', 'controlnet/model.onnx', {}],
    ['as transformers.js lays it out', 'onnx/unet.onnx', {}],
    ['as transformers.js lays it out, in a precision', 'onnx/unet_fp16.onnx', { precision: 'fp16' }],
    ['in the only precision there is', 'onnx/unet_q4f16.onnx', {}],
    ['in a precision, in its folder', 'unet/model_fp16.onnx', { precision: 'fp16' }],
    ['flat', 'unet.onnx', {}],
    ['flat, alone, under any name', 'some-network.onnx', { components: [{ name: 'unet' }] }],
    ['alone in the folder', 'model.onnx', { components: [{ name: 'unet' }] }],
  ])('are found: a graph %s', async (_, file, change) => {
    await using folder = await folderWith({ [file]: graph() });
    expect(diffusersWeights(folder.path, { ...wanted, ...change }).graphs.unet).toBe(file);
  });

  it.each<[string, readonly string[], Partial<DiffusersWanted>]>([
    ['another precision than asked for', ['unet/model.onnx', 'unet/model_q4.onnx'], { precision: 'fp16' }],
    ['two precisions, of which none was asked for', ['onnx/unet_fp16.onnx', 'onnx/unet_q4.onnx'], {}],
    ['the second of two components', ['onnx/unet_2.onnx'], {}],
    ['several graphs without names', ['a.onnx', 'b.onnx'], { components: [{ name: 'unet' }] }],
  ])('are not guessed: %s', async (_, files, change) => {
    await using folder = await folderWith(Object.fromEntries(files.map((file) => [file, graph()])));
    expect(files).not.toContain(diffusersWeights(folder.path, { ...wanted, ...change }).graphs.unet);
  });

  it('follow links, as caches of hubs are made of them', async () => {
    await using store = await folderWith({ 'blob-1': graph(), 'folder/model.onnx': graph() });
    await using folder = await folderWith({ 'unet/config.json': '{}' });
    await symlink(join(store.path, 'blob-1'), join(folder.path, 'unet/model.onnx'));
    await symlink(join(store.path, 'folder'), join(folder.path, 'vae_decoder'));
    expect(diffusersWeights(folder.path, wanted)).toMatchObject({
      files: ['unet/model.onnx', 'vae_decoder/model.onnx', 'unet/config.json'],
      bytes: 2 * graph().length + 2,
    });
  });

  it('are a single file where one is named', async () => {
    await using folder = await folderWith({
      'mine.onnx': graph(['mine.data']),
      'mine.data': '1234',
      'config.json': '{}',
      'other.onnx': graph(),
    });
    const { files, graphs } = diffusersWeights(join(folder.path, 'mine.onnx'), { ...wanted, components: [{ name: 'controlnet' }] });
    expect([files, graphs]).toEqual([['mine.onnx', 'mine.data', 'config.json'], { controlnet: 'mine.onnx' }]);
  });

  it('say whether a graph draws random numbers itself', async () => {
    await using folder = await folderWith({ 'unet/model.onnx': graph([], 'RandomNormalLike'), 'vae_decoder/model.onnx': graph() });
    const weights = diffusersWeights(folder.path, wanted);
    expect(['unet', 'vae_decoder', 'text_encoder_2'].map((name) => drawsItself(weights, name))).toEqual([true, false, false]);
  });
});

it('weights on a hub are what was declared, and which file is which graph', () => {
  const hub = {
    repository: 'a/b',
    revision: 'c'.repeat(40),
    files: ['unet/model.onnx', 'unet/model.onnx_data'],
    bytes: 5,
    sha256: { x: 'y' },
  };
  const weights = diffusersWeights(hub, wanted);
  expect(weights).toEqual({
    kind: 'hub',
    ...hub,
    licence: 'openrail++',
    graphs: { unet: 'unet/model.onnx' },
    componentBytes: {},
    parts: {},
  });
  expect(drawsItself(weights, 'unet')).toBe(false);
});

it('memory is estimated from files and pictures', () => {
  const weights = { bytes: 6_900_000_000, componentBytes: { unet: 5_100_000_000, vae_decoder: 1000 } };
  expect(estimatedMemory(weights, 1024)).toEqual({ memory: '10640MiB', components: { unet: '5594MiB', vae_decoder: '32MiB' } });
  expect(estimatedMemory({ bytes: 1000, componentBytes: {} }, 64)).toEqual({ memory: '44MiB', components: {} });
});
