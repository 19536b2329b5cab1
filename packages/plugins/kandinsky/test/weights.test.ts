import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatIssues, type VisionError, validate } from '@vision-sdk/core';
import { ImageToImage, Inpaint, TextToImage } from '@vision-sdk/core/synapses';
import { fakeLoadContext } from '@vision-sdk/core/testing';
import { KANDINSKY_NEGATIVE_PREFIX } from '@vision-sdk/diffusion';
import { type KandinskyComponent, type TinyKandinsky, writeTinyKandinsky } from '@vision-sdk/diffusion/testing';
import { describe, expect, it } from 'vitest';
import { COMPONENTS } from '../src/load.ts';
import { kandinskyModel } from '../src/model.ts';
import { kandinskyOptions } from '../src/options.ts';
import { ask, halfMask, type Options, picture, SMALL, temporaryFolder, tinyKandinsky } from './model.ts';

const words = { text_prompts: [{ text: 'a castle' }], engine: 'kandinsky-2.2', steps: 20, cfg_scale: 4, seed: 7 };
const [init_image, mask_image] = await Promise.all([picture(24, 20), halfMask(24, 20)]);

async function paint(weights: TinyKandinsky, options: Options = {}) {
  await using tiny = await tinyKandinsky(weights, options);
  const [made] = await ask(tiny, TextToImage, { ...words, width: 24, height: 20 });
  const [filled] = await ask(tiny, Inpaint, { ...words, init_image, mask_image });
  return [...made!.data, ...filled!.data];
}

describe('weights as exporters write them', async () => {
  const plain = await paint({});

  it.each<[string, TinyKandinsky]>([
    ['token ids of 32 bits', { ids: 'int32' }],
    ['a floating timestep', { timestep: { type: 'float32' } }],
    ['a timestep for each entry of the batch', { timestep: { form: 'batch' } }],
    ['a timestep in a list', { timestep: { form: 'one' } }],
    ['a mask of whole numbers', { maskType: 'int64' }],
    ['a mask of floats', { maskType: 'float32' }],
    ['weights in files of their own', { externalData: { suffix: '_data', files: 2 } }],
    ['weights in files of any name', { externalData: { suffix: 'weights.bin' } }],
  ])('make the same pictures: %s', async (_, weights) => {
    expect(await paint(weights)).toEqual(plain);
  });

  it.each<[string, TinyKandinsky]>([
    ['half precision inside', { weights: 'float16', io: 'float32' }],
    ['half precision throughout', { weights: 'float16' }],
  ])('make nearly the same pictures: %s', async (_, weights) => {
    const half = await paint(weights);
    const differences = half.map((byte, i) => Math.abs(byte - plain[i]!));
    expect(differences.reduce((sum, difference) => sum + difference) / differences.length).toBeLessThan(4);
    expect(half).not.toEqual(plain);
  });

  it('are found under the ending of a precision', async () => {
    using folder = temporaryFolder();
    await writeTinyKandinsky(folder.path, SMALL);
    for (const { name } of COMPONENTS) renameSync(join(folder.path, name, 'model.onnx'), join(folder.path, name, 'model_fp16.onnx'));
    const loadWith = (precision: string) =>
      kandinskyModel(kandinskyOptions.parse({ model: folder.path, precision })).load(fakeLoadContext());
    await (await loadWith('fp16'))[Symbol.asyncDispose]();
    expect(await errorOf(() => loadWith('q4'))).toMatchObject({ code: 'VISION_DIFFUSION_MISSING_COMPONENT' });
  });

  it.each([
    [1, 8, 8, { width: 64, height: 128 }],
    [3, 7, 4, { width: 48, height: 32 }],
    [2, 5, 1, { width: 9, height: 11 }],
  ])('of %i latent channels, a side of %i and a scale of %i', async (latentChannels, sampleSize, vaeScale, { width, height }) => {
    await using tiny = await tinyKandinsky({ latentChannels, sampleSize, vaeScale });
    const [made] = await ask(tiny, TextToImage, { ...words, width, height });
    expect(made!.data).toHaveLength(width * height * 3);
    expect(await ask(tiny, Inpaint, { ...words, init_image, mask_image })).toHaveLength(1);
  });

  it.each(['DDIMScheduler', 'EulerDiscreteScheduler', 'DPMSolverMultistepScheduler'] as const)(
    'with %s, which takes no variance',
    async (scheduler) => {
      const made = await paint({}, { scheduler });
      expect(made).not.toEqual(plain);
      expect(new Set(made).size).toBeGreaterThan(20);
    },
  );
});

const REQUIRED = COMPONENTS.filter(({ optional }) => !optional).map(({ name }) => name);
const USED: readonly KandinskyComponent[] = [
  'text_encoder',
  'prior',
  'unet',
  'unet_inpaint',
  'movq_encoder',
  'movq_decoder',
  'image_encoder',
];

async function errorOf(run: () => Promise<unknown>): Promise<VisionError> {
  return run().then(
    () => expect.fail('it did not fail'),
    (error: VisionError) => error,
  );
}

/** Asks for everything, one operation after the other. */
async function askAll(tiny: Awaited<ReturnType<typeof tinyKandinsky>>): Promise<void> {
  await ask(tiny, TextToImage, { ...words, width: 24, height: 20 });
  await ask(tiny, ImageToImage, { ...words, width: 24, height: 20, init_image });
  await ask(tiny, Inpaint, { ...words, init_image, mask_image });
}

describe('a component', () => {
  it.each(REQUIRED)('that is missing is named: %s', async (name) => {
    const error = await errorOf(() => tinyKandinsky({ without: [name] }));
    expect(error).toMatchObject({ code: 'VISION_DIFFUSION_MISSING_COMPONENT', message: expect.stringContaining(`have no ${name}:`) });
  });

  it.each(USED)('whose weights are not numbers is named: %s', async (name) => {
    await using tiny = await tinyKandinsky({ defects: { [name]: 'nan' } });
    const error = await errorOf(() => askAll(tiny));
    expect(error).toMatchObject({
      code: 'VISION_DIFFUSION_BROKEN_COMPONENT',
      message: expect.stringMatching(new RegExp(`^The component ${name} .*is NaN`)),
    });
  });

  it.each(USED)('whose output has another shape is named: %s', async (name) => {
    await using tiny = await tinyKandinsky({ defects: { [name]: 'shape' } });
    const error = await errorOf(() => askAll(tiny));
    const code = name === 'image_encoder' ? 'VISION_KANDINSKY_UNFIT_COMPONENT' : 'VISION_DIFFUSION_BROKEN_COMPONENT';
    expect(error).toMatchObject({ code, message: expect.stringContaining(`The component ${name} `) });
  });

  it('that fails while others are loaded leaves nothing behind', async () => {
    const folder = temporaryFolder();
    await writeTinyKandinsky(folder.path, SMALL);
    writeFileSync(join(folder.path, 'movq_decoder/model.onnx'), 'no graph');
    const model = kandinskyModel(kandinskyOptions.parse({ model: folder.path }));
    const error = await errorOf(() => model.load(fakeLoadContext()));
    expect(error.code).toMatch(/^VISION_ONNX_/);
    folder[Symbol.dispose]();
    expect(existsSync(folder.path)).toBe(false);
  });

  it.each<[string, string, object, string]>([
    ['unet', 'unet/config.json', { in_channels: 9 }, 'it takes 9 channels where 4 belong'],
    ['unet_inpaint', 'unet_inpaint/config.json', { in_channels: 8 }, 'it takes 8 channels where 9 belong'],
    ['unet', 'unet/config.json', { out_channels: 4 }, 'it gives 4 channels where 8 belong'],
  ])('of another model is named: %s', async (component, file, change, problem) => {
    using folder = temporaryFolder();
    await writeTinyKandinsky(folder.path, SMALL);
    const path = join(folder.path, file);
    writeFileSync(path, JSON.stringify({ ...(JSON.parse(readFileSync(path, 'utf8')) as object), ...change }));
    const error = await errorOf(() => kandinskyModel(kandinskyOptions.parse({ model: folder.path })).load(fakeLoadContext()));
    expect(error).toMatchObject({
      code: 'VISION_KANDINSKY_UNFIT_COMPONENT',
      message: expect.stringContaining(`${component} does not fit Kandinsky 2.2: ${problem}`),
    });
  });

  it.each<[string, object, string]>([
    ['no mean of its embeddings', { embedding_dim: 8, clip_std: new Array(8).fill(1) }, 'no list of 8 numbers called clip_mean'],
    [
      'a deviation of another width',
      { embedding_dim: 8, clip_mean: new Array(8).fill(0), clip_std: [1] },
      'no list of 8 numbers called clip_std',
    ],
  ])('prior with %s is refused', async (_, config, problem) => {
    using folder = temporaryFolder();
    await writeTinyKandinsky(folder.path, SMALL);
    writeFileSync(join(folder.path, 'prior/config.json'), JSON.stringify(config));
    const error = await errorOf(() => kandinskyModel(kandinskyOptions.parse({ model: folder.path })).load(fakeLoadContext()));
    expect(error).toMatchObject({ code: 'VISION_DIFFUSION_BROKEN_COMPONENT', message: expect.stringContaining(problem) });
  });

  it('tokenizer that is missing is named', async () => {
    using folder = temporaryFolder();
    await writeTinyKandinsky(folder.path, SMALL);
    rmSync(join(folder.path, 'tokenizer'), { recursive: true });
    const error = await errorOf(() => kandinskyModel(kandinskyOptions.parse({ model: folder.path })).load(fakeLoadContext()));
    expect(error).toMatchObject({ code: 'VISION_KANDINSKY_UNFIT_COMPONENT', message: expect.stringContaining('tokenizer') });
  });

  it('is loaded on its own device', async () => {
    const asked: string[] = [];
    const deviceOf = (component: string) => {
      asked.push(component);
      return 'cpu';
    };
    await using _ = await tinyKandinsky({}, {}, { deviceOf });
    expect(asked).toEqual(['text_encoder', 'image_encoder', 'prior', 'unet', 'unet_inpaint', 'movq_encoder', 'movq_decoder']);
  });
});

describe('without movq_encoder', () => {
  it('TextToImage and ImageToImage are served, the rest is not', async () => {
    await using tiny = await tinyKandinsky({ without: ['movq_encoder'] });
    expect(tiny.model.pipelines.map(({ synapse }) => synapse.name)).toEqual(['TextToImage', 'ImageToImage']);
    expect(await ask(tiny, ImageToImage, { ...words, init_image })).toHaveLength(1);
  });

  it('image-to-image from latents says what is missing', async () => {
    await using tiny = await tinyKandinsky({ without: ['movq_encoder'] }, { imageToImage: 'latents' });
    expect(await errorOf(() => ask(tiny, ImageToImage, { ...words, init_image }))).toMatchObject({
      code: 'VISION_DIFFUSION_MISSING_COMPONENT',
      message: expect.stringContaining('movq_encoder'),
    });
  });
});

describe('the requests', () => {
  const modelOf = (options: object = {}) => kandinskyModel(kandinskyOptions.parse({ model: '/nowhere', ...options }));
  const accepts = async (index: number, body: object, model = modelOf()) => {
    const pipeline = model.pipelines[index]!;
    const result = await validate(pipeline.accepts!, body);
    return result.ok ? '' : formatIssues(result.issues);
  };
  const body = { ...words, width: 1024, height: 1024 };

  it.each<[object, string]>([
    [{}, ''],
    [
      { steps: 41 },
      'Invalid value 41 provided for steps, with engine kandinsky-2.2. The value should be an integer between 20 and 40 (inclusive)',
    ],
    [
      { steps: 19 },
      'Invalid value 19 provided for steps, with engine kandinsky-2.2. The value should be an integer between 20 and 40 (inclusive)',
    ],
    [{ cfg_scale: 1.5 }, 'Invalid value 1.5 provided for cfg_scale, with engine kandinsky-2.2. The value should be between 2 and 8'],
    [
      { width: 511 },
      'Invalid value 511 provided for width, with engine kandinsky-2.2. The value should be in between 512 and 1344 (inclusive) and multiple of 64',
    ],
    [
      { height: 1408 },
      'Invalid value 1408 provided for height, with engine kandinsky-2.2. The value should be in between 512 and 1344 (inclusive) and multiple of 64',
    ],
    [{ engine: 'stable-diffusion-1.5' }, 'engine: Engine stable-diffusion-1.5 not supported'],
    [{ text_prompts: [] }, 'text_prompts: Text prompts cannot be empty'],
  ])('with %j are answered in the words of Vision', async (change, text) => {
    expect(await accepts(0, { ...body, ...change })).toBe(text);
  });

  it('that say nothing but a prompt and a seed are accepted', async () => {
    expect(await accepts(0, { text_prompts: words.text_prompts, seed: 1, engine: 'kandinsky-2.2' })).toBe('');
  });

  it('are narrowed to what smaller weights can do', async () => {
    using folder = temporaryFolder();
    await writeTinyKandinsky(folder.path, SMALL);
    const small = modelOf({ model: folder.path });
    expect(await accepts(0, { ...body, width: 44, height: 16 }, small)).toBe('');
    expect(await accepts(0, { ...body, width: 48, height: 18 }, small)).toMatch(/in between 16 and 44 .inclusive. and multiple of 4/);
  });
});

describe('the plugin', () => {
  it('declares its files, its memory and that of each component', async () => {
    using folder = temporaryFolder();
    await writeTinyKandinsky(folder.path, { ...SMALL, externalData: { suffix: '_data' } });
    const model = kandinskyModel(kandinskyOptions.parse({ model: folder.path, licence: 'Apache-2.0' }));
    expect(model.weights).toMatchObject([{ kind: 'folder', folder: folder.path, licence: 'Apache-2.0' }]);
    expect(model.weights[0]!.files).toEqual(
      expect.arrayContaining(['prior/model.onnx', 'prior/model.onnx_data', 'tokenizer/vocab.json', 'scheduler/scheduler_config.json']),
    );
    expect(model.resources).toEqual({
      memory: expect.stringMatching(/^\d+MiB$/),
      components: Object.fromEntries(COMPONENTS.map(({ name }) => [name, '32MiB'])),
    });
    expect(kandinskyModel(kandinskyOptions.parse({ model: folder.path, memory: '3GiB' })).resources.memory).toBe('3GiB');
  });

  it.each<[string, object]>([
    ['an unknown key', { modle: 'x' }],
    ['a path instead of a precision', { precision: '../fp16' }],
    ['one step of the prior', { prior: { steps: 1 } }],
    ['another way of image-to-image', { imageToImage: 'mix' }],
    ['an unknown scheduler', { scheduler: 'KarrasScheduler' }],
    ['memory without a unit', { memory: '12' }],
  ])('refuses %s', async (_, options) => {
    expect((await validate(kandinskyOptions, { model: 'x', ...options })).ok).toBe(false);
  });

  it('puts the words of Vision before every negative prompt unless told otherwise', () => {
    expect(kandinskyOptions.parse({ model: 'x' }).negativePrefix).toBe(KANDINSKY_NEGATIVE_PREFIX);
    expect(KANDINSKY_NEGATIVE_PREFIX).toMatch(/^overexposedsexual, nude/);
  });
});
