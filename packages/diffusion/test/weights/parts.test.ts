import { cp, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { LoadContext } from '@vision-sdk/core';
import { fakeLoadContext } from '@vision-sdk/core/testing';
import { findWeights } from '@vision-sdk/neuron/host';
import { afterAll, describe, expect, it } from 'vitest';
import {
  diffusersWeights,
  drawsItself,
  estimatedMemory,
  loadStableDiffusion,
  nativeSize,
  openWeights,
  type PartSource,
  partOf,
  STABLE_DIFFUSION_COMPONENTS,
  weightSources,
} from '../../src/index.ts';
import { writeTinyStableDiffusion } from '../../src/testing/index.ts';
import { partsOption } from '../../src/weights/options.ts';
import { paint, temporaryFolder } from '../stable/tiny.ts';

const folder = await temporaryFolder();
afterAll(() => folder[Symbol.asyncDispose]());
const path = (name: string) => join(folder.path, name);
await writeTinyStableDiffusion(path('model'), { kind: 'sdxl' });
await writeTinyStableDiffusion(path('other'), { kind: 'sdxl', seed: 2, vaeScale: 4 });
await cp(path('other/unet/model.onnx'), path('unet.onnx'));
await writeTinyStableDiffusion(path('half'), { kind: 'sdxl', seed: 2, weights: 'float16', layout: 'onnx', dtypeSuffix: '_fp16' });

const wanting = (parts: Readonly<Record<string, PartSource>>, from = path('model')) =>
  diffusersWeights(from, { components: STABLE_DIFFUSION_COMPONENTS, licence: 'openrail++', parts });
const HUB = { repository: 'owner/finetune', revision: 'b'.repeat(40), files: ['unet/model.onnx', 'unet/config.json'], bytes: 123_456 };

describe('a component from elsewhere', () => {
  const own = wanting({});

  it.each<[string, PartSource, string[]]>([
    ['its own folder', path('other/unet'), ['model.onnx', 'config.json']],
    ["a model's folder", path('other'), ['unet/model.onnx', 'unet/config.json']],
    ['a file', path('unet.onnx'), ['unet.onnx']],
    ['a folder with a licence', { folder: path('other/unet') }, ['model.onnx', 'config.json']],
  ])('in %s is a source of its own, and the one it stands in for is not wanted', async (_, part, files) => {
    const weights = wanting({ unet: part });
    const [source, ...others] = weightSources(weights);
    const [unet] = others;
    expect(others).toEqual([expect.objectContaining({ kind: 'folder', files, licence: 'openrail++' })]);
    expect(source!.files).toEqual(own.files.filter((file) => file !== 'unet/model.onnx'));
    expect(source!.bytes).toBe(own.bytes - own.componentBytes.unet!);
    expect(weights.componentBytes.unet).toBe((await stat(path('other/unet/model.onnx'))).size);
    expect(unet!.bytes).toBeGreaterThanOrEqual(weights.componentBytes.unet!);
    expect(Object.keys(weights.graphs).sort()).toEqual(Object.keys(own.graphs).sort());
    const opened = await openWeights(fakeLoadContext(), weights);
    expect(await readFile(await opened.graph('unet'))).toEqual(await readFile(path('other/unet/model.onnx')));
    expect(await opened.graph('vae_decoder')).toBe(path('model/vae_decoder/model.onnx'));
  });

  it('has a licence of its own where one is said', () => {
    const licences = (part: PartSource) => weightSources(wanting({ unet: part })).map(({ licence }) => licence);
    expect(licences({ folder: path('other'), licence: 'MIT' })).toEqual(['openrail++', 'MIT']);
    expect(licences({ ...HUB, licence: 'MIT' })).toEqual(['MIT', 'openrail++']);
  });

  it('is loaded with the config that lies beside it, and sizes are its own', async () => {
    const weights = wanting({ vae_decoder: path('other'), vae_encoder: path('other/vae_encoder') });
    const opened = await openWeights(fakeLoadContext(), weights);
    expect(await opened.config('vae_decoder')).toEqual(JSON.parse(await readFile(path('other/vae_decoder/config.json'), 'utf8')));
    expect([nativeSize(own)?.latentScale, nativeSize(weights)?.latentScale]).toEqual([8, 4]);
  });

  it("is loaded with the model's own config where none lies beside it", async () => {
    const weights = wanting({ unet: path('unet.onnx'), vae_decoder: path('model/vae_decoder/model.onnx') }, path('other'));
    const opened = await openWeights(fakeLoadContext(), weights);
    expect(await opened.config('unet')).toEqual(JSON.parse(await readFile(path('other/unet/config.json'), 'utf8')));
    expect(nativeSize(weights)?.latentScale).toBe(8);
  });

  it('paints what a folder with it in place of its own paints', async () => {
    await cp(path('model'), path('copied'), { recursive: true });
    await cp(path('other/unet'), path('copied/unet'), { recursive: true });
    const pictureOf = async (weights: ReturnType<typeof wanting>) => {
      await using sd = await loadStableDiffusion(fakeLoadContext(), weights);
      return await paint(sd);
    };
    const [swapped, copied, plain] = [
      await pictureOf(wanting({ unet: path('other') })),
      await pictureOf(wanting({}, path('copied'))),
      await pictureOf(own),
    ];
    expect(swapped).toEqual(copied);
    expect(swapped).not.toEqual(plain);
  });

  it('completes a model that has none', async () => {
    await cp(path('model'), path('without'), { recursive: true });
    await rm(path('without/vae_encoder'), { recursive: true });
    expect(wanting({}, path('without')).graphs.vae_encoder).toBeUndefined();
    await using sd = await loadStableDiffusion(fakeLoadContext(), wanting({ vae_encoder: path('model') }, path('without')));
    expect(sd.vaeEncoder).toBeDefined();
  });

  it('of a model with a precision may be of another one', () => {
    const half = { components: STABLE_DIFFUSION_COMPONENTS, licence: 'MIT', precision: 'fp16' };
    const weights = diffusersWeights(path('half'), { ...half, parts: { unet: path('other'), vae_decoder: path('half') } });
    expect(weights.graphs).toMatchObject({ unet: 'unet/model.onnx', vae_decoder: 'onnx/vae_decoder_fp16.onnx' });
  });

  it('that draws random numbers itself is seen', async () => {
    expect(drawsItself(wanting({ vae_encoder: path('other') }), 'vae_encoder')).toBe(false);
    expect(drawsItself(wanting({ unet: path('nowhere') }), 'unet')).toBe(false);
  });

  it.each<[string, string, object]>([
    ['no folder', path('nowhere'), { code: 'VISION_DIFFUSION_MISSING_FOLDER', details: { folder: path('nowhere') } }],
    [
      'a folder without it',
      path('other/tokenizer'),
      { code: 'VISION_DIFFUSION_MISSING_COMPONENT', details: { component: 'unet', where: path('other/tokenizer') } },
    ],
  ])('in %s is missing at loading, by its name', async (_, place, expected) => {
    await expect(loadStableDiffusion(fakeLoadContext(), wanting({ unet: place }))).rejects.toMatchObject(expected);
  });

  it('counts for memory', () => {
    const mebibytes = (weights: ReturnType<typeof wanting>) => estimatedMemory(weights, 512);
    const large = { ...HUB, bytes: 2 ** 30 };
    const [plain, swapped] = [mebibytes(own), mebibytes(wanting({ unet: large }))];
    expect(Number.parseInt(swapped.memory, 10) - Number.parseInt(plain.memory, 10)).toBeGreaterThan(1024);
    expect(swapped.components).toMatchObject({ unet: '1178MiB', vae_decoder: plain.components!.vae_decoder });
  });
});

describe('a component from a hub', () => {
  const weights = wanting({ unet: HUB });

  it('is what was declared', () => {
    expect(partOf(weights, 'unet')).toMatchObject({ kind: 'hub', ...HUB, licence: 'openrail++', graphs: { unet: 'unet/model.onnx' } });
    expect(partOf(weights, 'vae_decoder')).toBe(weights);
  });

  it('is looked up among its own files by the host, though the folder has files of the same names', async () => {
    const sources = weightSources(weights);
    await cp(path('other/unet'), path(`hub/owner/finetune/${HUB.revision}/unet`), { recursive: true });
    const lookup = { model: 'sdxl-turbo', sources, weightsDirectory: path('hub') };
    const context: Pick<LoadContext, 'weights'> = { weights: (file) => findWeights(file, lookup) };
    const opened = await openWeights(context, weights);
    expect(await opened.graph('unet')).toBe(path(`hub/owner/finetune/${HUB.revision}/unet/model.onnx`));
    await using sd = await loadStableDiffusion(fakeLoadContext(context), weights);
    await using other = await loadStableDiffusion(fakeLoadContext(), wanting({ unet: path('other') }));
    expect(await paint(sd)).toEqual(await paint(other));
  });

  it('whose files lack it is missing at loading', async () => {
    const opened = await openWeights(fakeLoadContext(), wanting({ unet: { ...HUB, files: ['README.md'] } }));
    expect(opened.has('unet')).toBe(false);
    await expect(opened.graph('unet')).rejects.toThrow('The weights in owner/finetune@bbbb');
  });
});

describe('the option', () => {
  const option = partsOption(STABLE_DIFFUSION_COMPONENTS);
  const problems = (given: unknown) =>
    option.safeParse(given).error?.issues.map(({ path: [...at], message }) => `${at.join('.')}: ${message}`);

  it.each([
    [undefined, {}],
    [{ unet: './finetune' }, { unet: './finetune' }],
    [{ vae_decoder: { folder: './vae', licence: 'MIT' } }, { vae_decoder: { folder: './vae', licence: 'MIT' } }],
    [{ unet: { ...HUB, licence: 'MIT' } }, { unet: { ...HUB, licence: 'MIT' } }],
  ])('takes %j', (given, expected) => {
    expect(option.parse(given)).toEqual(expected);
  });

  it.each([
    [{ vae: './vae' }, [': Unrecognized key: "vae"']],
    [
      { unet: 7 },
      ['unet: name the folder of the component, { folder, licence }, or { repository, revision, files, bytes } on a model hub'],
    ],
    [{ unet: { folder: './x', license: 'MIT' } }, ['unet: Unrecognized key: "license"']],
    [{ unet: { ...HUB, revision: 'main' } }, ['unet.revision: pin a commit of 40 hexadecimal digits: branches and tags move']],
  ])('refuses %j', (given, expected) => {
    expect(problems(given)).toEqual(expected);
  });
});
