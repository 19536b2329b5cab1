import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTensor, float32ToFloat16, inspectModel, OnnxSession, type Tensor, toFloat32, type ValueInfo } from '@vision-sdk/onnx';
import { afterAll, describe, expect, it } from 'vitest';
import { loadClipTokenizer } from '../../src/index.ts';
import { createGenerator } from '../../src/random/generator.ts';
import { writeTinyControlNet, writeTinyKandinsky, writeTinyStableDiffusion } from '../../src/testing/index.ts';

const root = mkdtempSync(join(tmpdir(), 'vision-tiny-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;
const folder = () => join(root, `${folders++}`);

/** Open dimensions by name; the width of a residual follows from that of the latents. */
type Sizes = Readonly<Record<string, number>>;

const SIZES: Sizes = {
  batch_size: 2,
  sequence_length: 77,
  height: 5,
  width: 7,
  image_height: 40,
  image_width: 56,
  latent_height: 5,
  latent_width: 7,
  conditioning_scale: 1,
};

function dimsOf({ name, dims = [] }: ValueInfo, sizes: Sizes): readonly number[] {
  return dims.map((dim) => (typeof dim === 'number' ? dim : (sizes[dim] ?? residualSide(name, dim, sizes))));
}

function residualSide(name: string, dim: string, sizes: Sizes): number {
  const side = sizes[dim.endsWith('height') ? 'height' : 'width']!;
  return /down_block_[01]_/.test(name) ? side : Math.ceil(side / 2);
}

/** Random values for an input of any type. */
function valueFor(input: ValueInfo, { sizes, seed }: { readonly sizes: Sizes; readonly seed: number }): Tensor {
  const dims = dimsOf(input, sizes);
  const noise = createGenerator(seed).randn(dims.reduce((product, dim) => product * dim, 1));
  const whole = noise.map((value) => 1 + Math.floor(Math.abs(value) * 100));
  if (input.type === 'int64') return createTensor('int64', BigInt64Array.from([...whole].map(BigInt)), dims);
  if (input.type === 'int32') return createTensor('int32', Int32Array.from(whole), dims);
  if (input.type === 'bool')
    return createTensor(
      'bool',
      Uint8Array.from(noise, (value) => Number(value > 0)),
      dims,
    );
  if (input.type === 'float16') return createTensor('float16', float32ToFloat16(noise), dims);
  return createTensor('float32', noise, dims);
}

interface Ask {
  readonly sizes?: Sizes;
  /** An input that gets other values than usual. */
  readonly changed?: string;
}

class Network implements AsyncDisposable {
  readonly session: OnnxSession;

  private constructor(session: OnnxSession) {
    this.session = session;
  }

  static async load(path: string): Promise<Network> {
    return new Network(await OnnxSession.load(path, { threads: 1 }));
  }

  async run({ sizes = {}, changed }: Ask = {}): Promise<Readonly<Record<string, { dims: readonly number[]; values: Float32Array }>>> {
    const all = { ...SIZES, ...sizes };
    const feeds = Object.fromEntries(
      this.session.inputs.map((input, i) => [input.name, valueFor(input, { sizes: all, seed: input.name === changed ? 99 : i + 1 })]),
    );
    const outputs = await this.session.run(feeds);
    return Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, { dims: tensor.dims, values: toFloat32(tensor) }]));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.session[Symbol.asyncDispose]();
  }
}

const graphs = {
  sd: {
    write: () => writeTinyStableDiffusion(folder(), { kind: 'sd', residuals: true }),
    parts: ['text_encoder', 'unet', 'vae_encoder', 'vae_decoder'],
  },
  sdxl: {
    write: () => writeTinyStableDiffusion(folder(), { kind: 'sdxl', timestep: { type: 'float32', form: 'batch' } }),
    parts: ['text_encoder', 'text_encoder_2', 'unet', 'vae_encoder', 'vae_decoder'],
  },
  half: {
    write: () =>
      writeTinyStableDiffusion(folder(), { kind: 'sdxl', weights: 'float16', ids: 'int32', timestep: { type: 'float16', form: 'one' } }),
    parts: ['text_encoder', 'text_encoder_2', 'unet', 'vae_encoder', 'vae_decoder'],
  },
  inpaint: {
    write: () => writeTinyStableDiffusion(folder(), { kind: 'sd', inChannels: 9, weights: 'float16', io: 'float32' }),
    parts: ['unet'],
  },
  kandinsky: {
    write: () => writeTinyKandinsky(folder(), { imageSize: 32 }),
    parts: ['text_encoder', 'image_encoder', 'prior', 'unet', 'unet_inpaint', 'movq_encoder', 'movq_decoder'],
  },
};

describe.each(Object.entries(graphs))('%s', (_, { write, parts }) => {
  it.each(parts)('%s depends on every input, and on nothing else', async (part) => {
    await using network = await Network.load(join(await write(), part, 'model.onnx'));
    const [first, again] = [await network.run(), await network.run()];
    expect(again).toEqual(first);
    for (const { name } of network.session.inputs) expect(await network.run({ changed: name }), name).not.toEqual(first);
    for (const { values } of Object.values(first)) expect(values.every(Number.isFinite)).toBe(true);
  });
});

describe('sizes', () => {
  it.each([
    [1, 8, 8],
    [3, 1, 9],
    [2, 13, 6],
  ])('a UNet takes a batch of %i at %i x %i', async (batch_size, height, width) => {
    const path = await writeTinyStableDiffusion(folder(), { kind: 'sdxl' });
    await using network = await Network.load(join(path, 'unet/model.onnx'));
    const { out_sample } = await network.run({ sizes: { batch_size, height, width } });
    expect(out_sample!.dims).toEqual([batch_size, 4, height, width]);
  });

  it('a VAE of scale 4 halves twice, and rounds down', async () => {
    const path = await writeTinyStableDiffusion(folder(), { kind: 'sd', vaeScale: 4, latentChannels: 3 });
    await using encoder = await Network.load(join(path, 'vae_encoder/model.onnx'));
    await using decoder = await Network.load(join(path, 'vae_decoder/model.onnx'));
    expect((await encoder.run({ sizes: { image_height: 31, image_width: 20 } })).latent_parameters!.dims).toEqual([2, 6, 7, 5]);
    expect((await decoder.run()).sample!.dims).toEqual([2, 3, 20, 28]);
  });

  it('Kandinsky answers a prediction and a variance', async () => {
    const path = await writeTinyKandinsky(folder(), { imageSize: 32 });
    await using network = await Network.load(join(path, 'unet_inpaint/model.onnx'));
    expect((await network.run()).out_sample!.dims).toEqual([2, 8, 5, 7]);
  });
});

describe('a ControlNet', () => {
  it.each(['sd', 'sdxl'] as const)('of %s answers what the UNet of its kind takes', async (kind) => {
    await using control = await Network.load(await writeTinyControlNet(folder(), { kind }));
    await using unet = await Network.load(join(await writeTinyStableDiffusion(folder(), { kind, residuals: true }), 'unet/model.onnx'));
    const found = await control.run();
    const wanted = unet.session.inputs.filter(({ name }) => name.endsWith('_residual'));
    expect(Object.keys(found)).toEqual(wanted.map(({ name }) => name));
    for (const input of wanted) expect(found[input.name]!.dims).toEqual(dimsOf(input, SIZES));
  });

  it.each(['scalar', 'one', 'none'] as const)('takes its scale as %s', async (scaleInput) => {
    await using control = await Network.load(await writeTinyControlNet(folder(), { kind: 'sd', scaleInput }));
    const scale = control.session.inputs.find(({ name }) => name === 'conditioning_scale');
    expect(scale?.dims).toEqual({ scalar: [], one: [1], none: undefined }[scaleInput]);
    const first = await control.run();
    for (const { name } of control.session.inputs) expect(await control.run({ changed: name }), name).not.toEqual(first);
  });
});

describe('variations', () => {
  it('the same seed gives the same bytes, another seed others', async () => {
    const unet = async (seed: number) =>
      readFileSync(join(await writeTinyStableDiffusion(folder(), { kind: 'sd', seed }), 'unet/model.onnx'));
    expect(await unet(4)).toEqual(await unet(4));
    expect(await unet(5)).not.toEqual(await unet(4));
  });

  it.each([
    ['_data', 1, ['model.onnx_data']],
    ['.data', 3, ['model.onnx.data', 'model.onnx.data_1', 'model.onnx.data_2']],
    ['weights.bin', 1, ['weights.bin']],
  ])('weights in files called %s', async (suffix, files, names) => {
    const inside = await writeTinyStableDiffusion(folder(), { kind: 'sd' });
    const outside = await writeTinyStableDiffusion(folder(), { kind: 'sd', externalData: { suffix, files } });
    const path = join(outside, 'unet/model.onnx');
    expect((await inspectModel(path)).externalData.map(({ location }) => location).sort()).toEqual([...names].sort());
    await using moved = await Network.load(path);
    await using whole = await Network.load(join(inside, 'unet/model.onnx'));
    expect(await moved.run()).toEqual(await whole.run());
  });

  it("transformers.js' layout", async () => {
    const path = await writeTinyStableDiffusion(folder(), { kind: 'sd', layout: 'onnx', dtypeSuffix: '_fp16', weights: 'float16' });
    expect(readdirSync(join(path, 'onnx')).sort()).toEqual(
      ['text_encoder', 'unet', 'vae_decoder', 'vae_encoder'].map((name) => `${name}_fp16.onnx`),
    );
  });

  it('leaves components and files out', async () => {
    const path = await writeTinyStableDiffusion(folder(), { kind: 'sd', without: ['vae_encoder', 'unet/config.json'] });
    expect(readdirSync(path).sort()).toEqual(['model_index.json', 'scheduler', 'text_encoder', 'tokenizer', 'unet', 'vae_decoder']);
    expect(readdirSync(join(path, 'unet'))).toEqual(['model.onnx']);
  });

  it('text encoders with and without hidden states and with a boolean input', async () => {
    const with_ = await writeTinyStableDiffusion(folder(), { kind: 'sdxl', booleanInput: true });
    const without = await writeTinyStableDiffusion(folder(), { kind: 'sdxl', hiddenStates: false });
    await using one = await Network.load(join(with_, 'text_encoder_2/model.onnx'));
    await using other = await Network.load(join(without, 'text_encoder_2/model.onnx'));
    expect(one.session.inputs.map(({ name, type }) => `${name}: ${type}`)).toEqual(['input_ids: int64', 'output_hidden_states: bool']);
    expect(Object.keys(await one.run())).toEqual([
      'text_embeds',
      'last_hidden_state',
      'hidden_states.0',
      'hidden_states.1',
      'hidden_states.2',
    ]);
    expect(Object.keys(await other.run())).toEqual(['text_embeds', 'last_hidden_state']);
  });

  it('a text encoder pools at the end token and sees nothing behind it', async () => {
    const path = await writeTinyStableDiffusion(folder(), { kind: 'sdxl' });
    const tokenizer = await loadClipTokenizer(join(path, 'tokenizer_2'));
    await using encoder = await Network.load(join(path, 'text_encoder_2/model.onnx'));
    const embed = async (ids: Int32Array) => {
      const input = createTensor('int64', BigInt64Array.from([...ids].map(BigInt)), [1, 77]);
      return toFloat32((await encoder.session.run({ input_ids: input })).text_embeds!);
    };
    const ids = tokenizer.encodePadded('a photo of the cat');
    const padded = ids.map((id, i) => (i > 6 ? 5 : id));
    expect(tokenizer.encode('a photo of the cat')).toHaveLength(7);
    expect(await embed(padded)).toEqual(await embed(ids));
    expect(await embed(tokenizer.encodePadded('a photo of the dog'))).not.toEqual(await embed(ids));
  });
});

describe('defects', () => {
  it.each(['text_encoder', 'unet', 'vae_encoder', 'vae_decoder'] as const)('%s of weights that are not numbers', async (part) => {
    const path = await writeTinyStableDiffusion(folder(), { kind: 'sd', defects: { [part]: 'nan' } });
    await using network = await Network.load(join(path, part, 'model.onnx'));
    for (const { values } of Object.values(await network.run())) expect(values.every(Number.isNaN)).toBe(true);
  });

  it.each(['text_encoder', 'unet', 'vae_encoder', 'vae_decoder'] as const)('%s of the wrong shape', async (part) => {
    const [sound, broken] = await Promise.all(
      [{}, { [part]: 'shape' }].map((defects) => writeTinyStableDiffusion(folder(), { kind: 'sd', defects })),
    );
    await using first = await Network.load(join(sound!, part, 'model.onnx'));
    await using second = await Network.load(join(broken!, part, 'model.onnx'));
    const [right, wrong] = [await first.run(), await second.run()];
    for (const [name, { dims }] of Object.entries(right)) expect(wrong[name]!.dims).toEqual([...dims.slice(0, -1), dims.at(-1)! - 1]);
  });
});
