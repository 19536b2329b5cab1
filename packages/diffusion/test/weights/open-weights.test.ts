import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diffusersWeights, openWeights } from '../../src/index.ts';
import { temporaryFolder } from '../stable/tiny.ts';

const components = [{ name: 'unet' }, { name: 'vae_encoder', optional: true }];
const undeclared = {
  weights: async (file: string): Promise<string> => {
    throw new Error(`asked for ${file}`);
  },
};

describe('the weights of a folder', () => {
  it('give graphs, configs and folders', async () => {
    await using folder = await temporaryFolder();
    await mkdir(join(folder.path, 'unet'));
    await mkdir(join(folder.path, 'tokenizer'));
    await writeFile(join(folder.path, 'unet/model.onnx'), '');
    await writeFile(join(folder.path, 'unet/config.json'), '{"sample_size": 8}');
    await writeFile(join(folder.path, 'tokenizer/vocab.json'), '{}');
    const weights = await openWeights(undeclared, diffusersWeights(folder.path, { components, licence: 'MIT' }));
    expect([weights.has('unet'), weights.has('vae_encoder')]).toEqual([true, false]);
    expect(await weights.graph('unet')).toBe(join(folder.path, 'unet/model.onnx'));
    expect([await weights.config('unet'), await weights.config('vae_encoder')]).toEqual([{ sample_size: 8 }, {}]);
    expect(await weights.folderOf('tokenizer_2/vocab.json', 'tokenizer/vocab.json')).toBe(join(folder.path, 'tokenizer'));
    expect(await weights.folderOf('nothing')).toBeUndefined();
    expect(await weights.json('model_index.json')).toBeUndefined();
  });

  it.each(['onnx/unet.onnx', 'unet.onnx'])(
    "take the config of %s from the component's own folder, or else the one for all",
    async (graph) => {
      await using folder = await temporaryFolder();
      for (const name of ['onnx', 'unet']) await mkdir(join(folder.path, name));
      await writeFile(join(folder.path, graph), '');
      await writeFile(join(folder.path, 'config.json'), '{"sample_size": 1}');
      const configOf = async () =>
        (await openWeights(undeclared, diffusersWeights(folder.path, { components, licence: 'MIT' }))).config('unet');
      expect(await configOf()).toEqual({ sample_size: 1 });
      await writeFile(join(folder.path, 'unet/config.json'), '{"sample_size": 8}');
      expect(await configOf()).toEqual({ sample_size: 8 });
    },
  );

  it.each([
    ['nowhere', 'there is no such folder'],
    ['config.json', 'it is a file'],
  ])('are asked for by the name that the config has, where %s is none', async (name, problem) => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'config.json'), '{}');
    const weights = diffusersWeights(join(folder.path, name), { components, licence: 'MIT' });
    await expect(openWeights(undeclared, weights)).rejects.toMatchObject({
      code: 'VISION_DIFFUSION_MISSING_FOLDER',
      message: `There are no weights at ${join(folder.path, name)}: ${problem}.`,
    });
  });

  it("read Python's JSON, which knows infinity", async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'config.json'), '{"lambda_min_clipped": -Infinity, "sample_max_value": NaN}');
    await writeFile(join(folder.path, 'unet.onnx'), '');
    const weights = await openWeights(undeclared, diffusersWeights(folder.path, { components, licence: 'MIT' }));
    expect(await weights.config('unet')).toEqual({ lambda_min_clipped: Number.NEGATIVE_INFINITY, sample_max_value: Number.NaN });
  });

  it.each([
    ['{', 'it is not JSON'],
    ['[1]', 'it is not an object'],
  ])('say which config is %s', async (content, problem) => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'config.json'), content);
    await writeFile(join(folder.path, 'unet.onnx'), '');
    const weights = await openWeights(undeclared, diffusersWeights(folder.path, { components, licence: 'MIT' }));
    const failing = weights.config('unet');
    await expect(failing).rejects.toThrow(expect.objectContaining({ code: 'VISION_DIFFUSION_BAD_CONFIG' }));
    await expect(failing).rejects.toThrow(problem);
  });

  it.each([
    ['unet', 'unet/model.onnx'],
    ['vae_encoder', 'vae_encoder/model.onnx'],
  ])('name what is not there: %s', async (component, file) => {
    await using folder = await temporaryFolder();
    const weights = await openWeights(undeclared, diffusersWeights(folder.path, { components, licence: 'MIT' }));
    await expect(weights.graph(component)).rejects.toThrow(
      expect.objectContaining({ code: 'VISION_DIFFUSION_MISSING_COMPONENT', details: { component, where: folder.path, file } }),
    );
  });
});

it('the weights of a hub are where the host keeps them', async () => {
  const hub = { repository: 'a/b', revision: 'c'.repeat(40), files: ['unet/model.onnx', 'tokenizer/vocab.json'], bytes: 5 };
  const context = { weights: async (file: string) => join('/kept', file) };
  const weights = await openWeights(context, diffusersWeights(hub, { components, licence: 'MIT' }));
  expect(await weights.graph('unet')).toBe('/kept/unet/model.onnx');
  expect(await weights.folderOf('tokenizer/vocab.json')).toBe('/kept/tokenizer');
  await expect(weights.graph('vae_encoder')).rejects.toThrow('The weights in a/b@cccc');
  const missing = await openWeights(undeclared, diffusersWeights(hub, { components, licence: 'MIT' }));
  await expect(missing.graph('unet')).rejects.toThrow('asked for unet/model.onnx');
});
