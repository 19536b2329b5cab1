import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { VisionError } from '@vision-sdk/core';
import { encodeModel, type TinyModel, type TinyType, type TinyValue } from '@vision-sdk/onnx/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { ControlNet, type Plane, TextEncoder, Unet, VaeDecoder, VaeEncoder } from '../../src/index.ts';
import { temporaryFolder } from '../stable/tiny.ts';

const folder = await temporaryFolder();
afterAll(() => folder[Symbol.asyncDispose]());
let written = 0;

async function write(model: TinyModel): Promise<string> {
  const path = join(folder.path, `${written++}.onnx`);
  await writeFile(path, encodeModel(model));
  return path;
}

const value = (name: string, type: TinyType, dims: TinyValue['dims']): TinyValue => ({ name, type, dims });
const plane = (data: readonly number[], dims: readonly number[]): Plane => ({ data: Float32Array.from(data), dims });
const cast = (from: string, to: string) => ({ operator: 'Cast', inputs: [from], outputs: [to], attributes: { to: 1 } });

describe('a text encoder', () => {
  /** Gives sums of its whole-number inputs as states, under these names. */
  function encoder(inputs: readonly TinyValue[], outputs: readonly string[]): TinyModel {
    const [batch] = inputs[0]!.dims;
    const floats = inputs.map(({ name }) => `${name}_float`);
    return {
      inputs,
      outputs: outputs.map((name) => value(name, 'float32', [batch!, 't', 1])),
      weights: [{ name: 'axis', type: 'int64', dims: [1], data: new Uint8Array(BigInt64Array.of(2n).buffer) }],
      nodes: [
        ...inputs.map(({ name }) => cast(name, `${name}_float`)),
        { operator: 'Sum', inputs: floats, outputs: ['sum'] },
        { operator: 'Unsqueeze', inputs: ['sum', 'axis'], outputs: ['states'] },
        ...outputs.map((name) => ({ operator: 'Identity', inputs: ['states'], outputs: [name] })),
      ],
    };
  }
  const ids = [
    [5, 6, 7],
    [8, 9, 10],
  ];

  it('is given the mask of everything and the places, where it asks for them', async () => {
    const inputs = ['input_ids', 'attention_mask', 'position_ids'].map((name) => value(name, 'int64', ['b', 't']));
    await using loaded = await TextEncoder.load(await write(encoder(inputs, ['last_hidden_state'])));
    const { last, penultimate, pooled } = await loaded.encode(ids);
    expect(last).toEqual(plane([6, 8, 10, 9, 11, 13], [2, 3, 1]));
    expect([penultimate, pooled, loaded.givesPenultimate]).toEqual([undefined, undefined, false]);
  });

  it.each<[string, readonly string[], Readonly<Record<string, unknown>>, boolean]>([
    ['of all layers', ['last_hidden_state', 'hidden_states.0', 'hidden_states.1', 'hidden_states.2'], {}, true],
    ['of the layer that the config counts', ['last_hidden_state', 'hidden_states.1'], { num_hidden_layers: 2 }, true],
    ["as ONNX Runtime's own exports call them", ['last_hidden_state', 'hidden_states'], {}, true],
    ['not there, though others are', ['last_hidden_state', 'hidden_states.2'], { num_hidden_layers: 2 }, false],
    ['without the last ones', ['hidden_states.0', 'hidden_states.1', 'hidden_states.2'], {}, true],
  ])('has states before the last layer: %s', async (_, outputs, config, there) => {
    await using loaded = await TextEncoder.load(await write(encoder([value('input_ids', 'int32', ['b', 't'])], outputs)), { config });
    expect(loaded.givesPenultimate).toBe(there);
    const { last, penultimate } = await loaded.encode(ids);
    expect(last.dims).toEqual([2, 3, 1]);
    expect(penultimate?.dims).toEqual(there ? [2, 3, 1] : undefined);
  });

  it('of a fixed batch is run as often as it needs', async () => {
    await using loaded = await TextEncoder.load(await write(encoder([value('input_ids', 'int64', [1, 't'])], ['last_hidden_state'])));
    expect((await loaded.encode(ids)).last).toEqual(plane([5, 6, 7, 8, 9, 10], [2, 3, 1]));
  });

  it.each([
    ['no input_ids', ['tokens']],
    ['an input that nobody knows', ['input_ids', 'token_type_ids']],
  ])('is refused by its name: %s', async (_, names) => {
    const inputs = names.map((name) => value(name, 'int64', ['b', 't']));
    const using = write(encoder(inputs, ['last_hidden_state'])).then(async (path) => {
      await using loaded = await TextEncoder.load(path, { name: 'text_encoder_2' });
      return loaded.encode(ids);
    });
    await expect(using).rejects.toThrow(/^The component text_encoder_2 /);
  });
});

describe('a network', () => {
  /** Adds everything it takes to the sample. */
  function network(inputs: readonly TinyValue[], batch: number | string = 'b', type: TinyType = 'float32'): TinyModel {
    const sample = value('sample', type, [batch, 2, 'h', 'w']);
    const to = type === 'float16' ? 10 : 1;
    return {
      inputs: [sample, ...inputs],
      outputs: [value('out_sample', type, [batch, 2, 'h', 'w'])],
      nodes: [
        ...inputs.map(({ name }) => ({ operator: 'Cast', inputs: [name], outputs: [`${name}_float`], attributes: { to } })),
        { operator: 'Sum', inputs: ['sample', ...inputs.map(({ name }) => `${name}_float`)], outputs: ['out_sample'] },
      ],
    };
  }
  const sample = plane([1, 2, 3, 4], [2, 2, 1, 1]);

  it.each<[string, readonly TinyValue[], readonly number[]]>([
    ['a scalar', [value('timestep', 'int64', [])], [8, 9, 10, 11]],
    ['one', [value('timestep', 'int32', [1])], [8, 9, 10, 11]],
    ['one, in half precision', [value('timestep', 'float16', ['n'])], [8, 9, 10, 11]],
    ['flags, which are off', [value('timestep', 'int64', []), value('return_dict', 'bool', [1])], [8, 9, 10, 11]],
  ])('takes a timestep: %s', async (_, inputs, expected) => {
    await using unet = await Unet.load(await write(network(inputs)), { config: { out_channels: 2 } });
    expect([...(await unet.predict({ sample, timestep: 7 }))]).toEqual(expected);
  });

  it('rounds a timestep where it takes whole ones, and not otherwise', async () => {
    await using whole = await Unet.load(await write(network([value('timestep', 'int64', [])])));
    await using floating = await Unet.load(await write(network([value('timestep', 'float32', [])])));
    expect((await whole.predict({ sample, timestep: 6.75 }))[0]).toBe(8);
    expect((await floating.predict({ sample, timestep: 6.75 }))[0]).toBe(7.75);
  });

  it('of a fixed batch is run as often as it needs, with everything that belongs to each entry', async () => {
    const inputs = [value('timestep', 'int64', [1]), value('encoder_hidden_states', 'float32', [1, 1, 1])];
    await using unet = await Unet.load(await write(network(inputs, 1)));
    const predicted = await unet.predict({ sample, timestep: 7, hiddenStates: plane([100, 200], [2, 1, 1]) });
    expect([...predicted]).toEqual([108, 109, 210, 211]);
  });

  it.each([
    [2, 1],
    [2, 3],
    [4, 2],
  ])('of a fixed batch of %i is run for %i, with rows to spare', async (fixed, batch) => {
    const inputs = [value('timestep', 'int64', [1]), value('encoder_hidden_states', 'float32', [fixed, 1, 1, 1])];
    await using unet = await Unet.load(await write(network(inputs, fixed)));
    const rows = Array.from({ length: batch }, (_, row) => row);
    const hiddenStates = plane(
      rows.map((row) => 100 * row),
      [batch, 1, 1, 1],
    );
    const samples = plane(
      rows.flatMap((row) => [row, row + 0.5]),
      [batch, 2, 1, 1],
    );
    const predicted = await unet.predict({ sample: samples, timestep: 7, hiddenStates });
    expect([...predicted]).toEqual(rows.flatMap((row) => [101 * row + 7, 101 * row + 7.5]));
  });

  it('is read from its graph where there is no config', async () => {
    const inputs = [value('timestep', 'int64', []), value('timestep_cond', 'float32', ['b', 256])];
    await using unet = await Unet.load(
      await write(network([...inputs, value('mid_block_additional_residual', 'float32', ['b', 2, 1, 1])])),
    );
    expect(unet).toMatchObject({ inChannels: 2, outChannels: 2, sampleSize: undefined, guidanceWidth: 256 });
    expect([unet.takes, unet.residuals]).toEqual([['sample', 'timestep', 'timestep_cond'], ['mid_block_additional_residual']]);
  });

  it.each([
    [64, 64],
    [[96, 64], 64],
    [[64], 64],
    [[], undefined],
    [[64, 64, 64], undefined],
    ['64', undefined],
  ])('has the side of a sample_size of %j', async (sample_size, side) => {
    await using unet = await Unet.load(await write(network([value('timestep', 'int64', [])])), { config: { sample_size } });
    expect(unet.sampleSize).toBe(side);
  });

  it('gets what is the same at each step converted once', async () => {
    const inputs = [value('timestep', 'int64', []), value('encoder_hidden_states', 'float16', ['b', 1, 1, 1])];
    await using unet = await Unet.load(await write(network(inputs, 'b', 'float16')));
    const hiddenStates = plane([10, 20], [2, 1, 1, 1]);
    const first = await unet.predict({ sample, timestep: 1, hiddenStates });
    hiddenStates.data.fill(99);
    expect(await unet.predict({ sample, timestep: 1, hiddenStates })).toEqual(first);
    expect([...first]).toEqual([12, 13, 24, 25]);
  });

  it('without a sample or a timestep is refused', async () => {
    await expect(Unet.load(await write(network([])))).rejects.toThrow('it has no input timestep');
  });

  describe('that was traced with even latents', () => {
    const scalesOf = (scale: number) => new Uint8Array(Float32Array.of(1, 1, scale, scale).buffer);
    /** Halves the sample and doubles it to be added to itself, as a trace with even sizes does. */
    const traced: TinyModel = {
      inputs: [value('sample', 'float32', ['b', 4, 'h', 'w']), value('timestep', 'int64', [])],
      outputs: [value('out_sample', 'float32', ['b', 4, 'h', 'w'])],
      weights: [{ name: 'scales', type: 'float32', dims: [4], data: scalesOf(2) }],
      nodes: [
        { operator: 'MaxPool', inputs: ['sample'], outputs: ['low'], attributes: { kernel_shape: [2, 2], strides: [2, 2] } },
        { operator: 'Resize', inputs: ['low', '', 'scales'], outputs: ['high'], attributes: { mode: 'nearest' } },
        cast('timestep', 'time'),
        { operator: 'Sum', inputs: ['sample', 'high', 'time'], outputs: ['out_sample'] },
      ],
    };
    const sized = (width: number, height: number) => ({
      sample: plane(new Array<number>(4 * width * height).fill(1), [1, 4, height, width]),
      timestep: 1,
    });

    it('says which sizes it takes, and that another export takes any', async () => {
      await using unet = await Unet.load(await write(traced), { config: { block_out_channels: [8, 16, 32] } });
      expect((await unet.predict(sized(8, 4)))[0]).toBe(3);
      const error: VisionError = await unet.predict(sized(125, 96)).catch((thrown) => thrown);
      expect(error).toMatchObject({ code: 'VISION_DIFFUSION_UNFIT_SIZE', cause: { code: 'VISION_ONNX_RUN_FAILED' } });
      expect(error.message).toMatch(/^The component unet \(.+\.onnx\) failed at 125 x 96 latents: /);
      expect(error.hint).toContain('multiples of 4 latents');
    });

    it('keeps to the words of the runtime where the size is not to blame', async () => {
      await using unet = await Unet.load(await write({ ...traced, weights: [{ ...traced.weights![0]!, data: scalesOf(3) }] }));
      await expect(unet.predict(sized(16, 8))).rejects.toMatchObject({ code: 'VISION_ONNX_RUN_FAILED' });
      await expect(unet.predict(sized(12, 8))).rejects.toMatchObject({ code: 'VISION_DIFFUSION_UNFIT_SIZE', details: { multiple: 8 } });
    });
  });

  it('names itself where a tensor is missing', async () => {
    await using unet = await Unet.load(
      await write(network([value('timestep', 'int64', []), value('text_embeds', 'float32', ['b', 1, 1, 1])])),
    );
    await expect(unet.predict({ sample, timestep: 1 })).rejects.toThrow('got no tensor for text_embeds');
  });
});

describe('a ControlNet', () => {
  /** Gives the picture, scaled where it takes the scale, under the names of these outputs. */
  function net(outputs: readonly string[], scale: TinyValue | undefined): TinyModel {
    const inputs = [value('sample', 'float32', ['b', 1, 1, 1]), value('timestep', 'int64', [])];
    const scaled = scale === undefined ? ['controlnet_cond'] : ['controlnet_cond', 'conditioning_scale_float'];
    return {
      inputs: [...inputs, value('controlnet_cond', 'float32', ['b', 1, 1, 1]), ...(scale === undefined ? [] : [scale])],
      outputs: outputs.map((name) => value(name, 'float32', ['b', 1, 1, 1])),
      nodes: [
        ...(scale === undefined ? [] : [cast('conditioning_scale', 'conditioning_scale_float')]),
        { operator: scale === undefined ? 'Identity' : 'Mul', inputs: scaled, outputs: ['seen'] },
        cast('timestep', 'time'),
        { operator: 'Sum', inputs: ['seen', 'sample', 'time'], outputs: ['unused'] },
        ...outputs.map((name) => ({ operator: 'Identity', inputs: ['seen'], outputs: [name] })),
      ],
    };
  }
  const input = { sample: plane([0], [1, 1, 1, 1]), timestep: 1, condition: plane([4], [1, 1, 1, 1]), scale: 0.5 };

  it.each<[string, TinyValue | undefined]>([
    ['inside the graph', value('conditioning_scale', 'float32', [])],
    ['inside the graph, as a list of one', value('conditioning_scale', 'float16', [1])],
    ['where the graph does not', undefined],
  ])('is scaled %s', async (_, scale) => {
    await using loaded = await ControlNet.load(await write(net(['down_block_res_samples', 'mid_block_res_sample'], scale)));
    expect(await loaded.predict(input)).toEqual({
      down_block_0_additional_residual: plane([2], [1, 1, 1, 1]),
      mid_block_additional_residual: plane([2], [1, 1, 1, 1]),
    });
  });

  it('keeps the names of its outputs apart, in their order', async () => {
    const names = ['down_block_0_additional_residual', 'down_block_1_additional_residual', 'mid_block_additional_residual'];
    await using loaded = await ControlNet.load(await write(net(names, undefined)));
    expect(loaded.residuals).toEqual(names);
  });

  it('without a picture is refused', async () => {
    const { inputs, ...rest } = net(['mid'], undefined);
    const without = { ...rest, inputs: inputs.map((each) => (each.name === 'controlnet_cond' ? { ...each, name: 'picture' } : each)) };
    const nodes = without.nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map((name) => (name === 'controlnet_cond' ? 'picture' : name)),
    }));
    await expect(ControlNet.load(await write({ ...without, nodes }))).rejects.toThrow('it has no input controlnet_cond');
  });
});

describe('a VAE', () => {
  const twoInputs: TinyModel = {
    inputs: [value('a', 'float32', [1]), value('b', 'float32', [1])],
    outputs: [value('c', 'float32', [1])],
    nodes: [{ operator: 'Add', inputs: ['a', 'b'], outputs: ['c'] }],
  };

  it.each([VaeEncoder, VaeDecoder])('whose latents are moved besides being scaled is refused', async (kind) => {
    const path = await write({ inputs: [value('a', 'float32', [1])], outputs: [value('c', 'float32', [1])], nodes: [cast('a', 'c')] });
    for (const config of [{ latents_mean: [0, 0.5] }, { latents_std: [1, 0.9] }, { shift_factor: 0.1 }, { latents_mean: 'x' }])
      await expect(kind.load(path, { config })).rejects.toMatchObject({
        code: 'VISION_DIFFUSION_UNSUPPORTED_LATENTS',
        message: expect.stringContaining(` has ${Object.keys(config)[0]}, `),
      });
    const neutral = { latents_mean: null, latents_std: [1, 1, 1, 1], shift_factor: 0 };
    await (await kind.load(path, { config: neutral }))[Symbol.asyncDispose]();
  });

  it.each([VaeEncoder, VaeDecoder])('of two inputs is refused', async (kind) => {
    await expect(kind.load(await write(twoInputs))).rejects.toThrow('its inputs are a, b where one belongs');
  });
});
