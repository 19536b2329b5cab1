import { describe, expect, it } from 'vitest';
import { type Control, type ControlledRun, createControl } from '../../src/controlnet/control.ts';
import { controlImage } from '../../src/controlnet/control-image.ts';
import { guessScales } from '../../src/controlnet/guess-scales.ts';
import { residualOrder } from '../../src/controlnet/residuals.ts';

type Asked = Parameters<Control['net']['predict']>[0];

const MIDDLE = 'mid_block_additional_residual';
const down = (i: number) => `down_block_${i}_additional_residual`;

/** A network that gives `value` times the scale for each entry of the batch, and remembers what it was asked. */
function network(value = 1, names: readonly string[] = [down(0), down(1), MIDDLE], width = 2) {
  const asked: Asked[] = [];
  const predict = async (input: Asked) => {
    asked.push(input);
    const batch = input.sample.dims[0]!;
    const plane = () => ({ dims: [batch, 1, 1, width], data: new Float32Array(batch * width).fill(value * input.scale) });
    return Object.fromEntries(names.map((name) => [name, plane()]));
  };
  return { asked, net: { predict, residuals: names } };
}

const image = { width: 8, height: 8, channels: 3, data: new Uint8Array(192).fill(255) } as const;
const plane = (...values: number[]) => ({ dims: [values.length, 1], data: Float32Array.from(values) });
const guided: ControlledRun = {
  size: { width: 8, height: 8 },
  batch: 1,
  steps: 4,
  guided: true,
  conditioning: { hiddenStates: plane(0, 1), textEmbeds: plane(2, 3), timeIds: plane(4, 5) },
};
const sample = { dims: [2, 1, 1, 1], data: Float32Array.of(7, 8) };

/** The values of every residual, step by step. */
async function steps(controls: readonly Control[], run: ControlledRun = guided) {
  const control = createControl(controls, run);
  const values: Record<string, number[]>[] = [];
  for (let index = 0; index < run.steps; index++) {
    const residuals = await control({
      sample: run.guided ? sample : { dims: [1, 1, 1, 1], data: Float32Array.of(7) },
      timestep: 900 - index,
      index,
    });
    values.push(Object.fromEntries(Object.entries(residuals).map(([name, { data }]) => [name, [...data]])));
  }
  return values;
}

/** The first value of each step, 0 where nothing is given. */
const firsts = (values: readonly Record<string, number[]>[]) => values.map((step) => step[down(0)]?.[0] ?? 0);

describe('the control picture', () => {
  it('is 0 to 1, grey three times over, once for each entry', () => {
    const { dims, data } = controlImage({ width: 2, height: 1, channels: 1, data: Uint8Array.of(1, 255) }, { width: 2, height: 1 }, 2);
    expect(dims).toEqual([2, 3, 1, 2]);
    const once = [Math.fround(1 / 255), 1, Math.fround(1 / 255), 1, Math.fround(1 / 255), 1];
    expect([...data]).toEqual([...once, ...once]);
  });

  it('is brought to the size that is wanted', () => {
    expect(controlImage(image, { width: 16, height: 24 }).dims).toEqual([1, 3, 24, 16]);
    expect(controlImage(image, { width: 3, height: 5 }).data).toEqual(new Float32Array(45).fill(1));
  });
});

describe('one ControlNet', () => {
  it('is told what the UNet is told, with its picture for both halves and its scale', async () => {
    const { asked, net } = network();
    await steps([{ net, image, scale: 0.5 }]);
    expect(asked).toHaveLength(4);
    expect(asked[1]).toMatchObject({ ...guided.conditioning, sample, timestep: 899, scale: 0.5 });
    expect(asked[1]!.condition.dims).toEqual([2, 3, 8, 8]);
    expect(asked[1]!.condition).toBe(asked[2]!.condition);
  });

  it('counts within its window alone, and is not run outside', async () => {
    const { asked, net } = network();
    expect(firsts(await steps([{ net, image, from: 0.25, to: 0.75 }]))).toEqual([0, 1, 1, 0]);
    expect(asked.map(({ timestep }) => timestep)).toEqual([899, 898]);
  });

  it.each([
    [0, 1, [1, 1, 1, 1]],
    [0.3, 1, [0, 0, 1, 1]],
    [0, 0.3, [1, 0, 0, 0]],
    [0.3, 0.6, [0, 0, 0, 0]],
    [0.5, 0.75, [0, 0, 1, 0]],
  ])('with a window from %f to %f counts at the steps that lie within it as a whole', async (from, to, expected) => {
    expect(firsts(await steps([{ net: network().net, image, from, to }]))).toEqual(expected);
  });

  it('of scale 0 is not run', async () => {
    const { asked, net } = network();
    expect(firsts(await steps([{ net, image, scale: 0 }]))).toEqual([0, 0, 0, 0]);
    expect(asked).toEqual([]);
  });
});

describe('several ControlNets', () => {
  it('are summed, each with its scale and its window', async () => {
    const [left, right] = [network(1), network(10)];
    const controls = [
      { net: left.net, image, to: 0.5 },
      { net: right.net, image, scale: 2, from: 0.25 },
    ];
    expect(firsts(await steps(controls))).toEqual([1, 21, 20, 20]);
    expect([left.asked.length, right.asked.length]).toEqual([2, 3]);
  });

  it.each<[string, ReturnType<typeof network>, string]>([
    ['names', network(1, [down(0), MIDDLE]), `not every ControlNet gives ${down(1)}`],
    ['more names', network(1, [down(0), down(1), down(2), MIDDLE]), `not every ControlNet gives ${down(2)}`],
    ['shapes', network(1, [down(0), down(1), MIDDLE], 3), `${down(0)} is [2, 1, 1, 2] of one ControlNet and [2, 1, 1, 3] of another`],
  ])('of other %s are refused', async (_, other, problem) => {
    const mixed = steps([
      { net: network().net, image },
      { net: other.net, image },
    ]);
    await expect(mixed).rejects.toThrow(
      expect.objectContaining({ code: 'VISION_DIFFUSION_CONTROL_MISMATCH', message: expect.stringContaining(problem) }),
    );
  });

  it('end between two networks when the run is cancelled', async () => {
    const controller = new AbortController();
    const [first, second] = [network(), network()];
    const predict: Control['net']['predict'] = async (input) => {
      controller.abort(new Error('enough'));
      return first.net.predict(input);
    };
    const control = createControl(
      [
        { net: { ...first.net, predict }, image },
        { net: second.net, image },
      ],
      guided,
    );
    await expect(control({ sample, timestep: 1, index: 0 }, controller.signal)).rejects.toThrow('enough');
    expect(second.asked).toEqual([]);
  });
});

describe('guess mode', () => {
  const guessing = { ...guided, guessMode: true };

  it('asks for the conditional half alone, and leaves the other one as it is', async () => {
    const { asked, net } = network();
    const [first] = await steps([{ net, image }], guessing);
    expect(asked[0]).toMatchObject({ hiddenStates: plane(1), textEmbeds: plane(3), timeIds: plane(5), scale: 1 });
    expect(asked[0]!.sample).toEqual({ dims: [1, 1, 1, 1], data: Float32Array.of(7) });
    expect(asked[0]!.condition.dims).toEqual([1, 3, 8, 8]);
    expect(asked[0]!.hiddenStates).toBe(asked[1]!.hiddenStates);
    expect(first![down(0)]!.slice(0, 2)).toEqual([0, 0]);
    expect(first![MIDDLE]).toEqual([0, 0, 1, 1]);
  });

  it('weighs the blocks from a tenth to the whole, times the scale', async () => {
    const [first] = await steps([{ net: network().net, image, scale: 0.75 }], guessing);
    const scales = [...guessScales(3)].map((scale) => Math.fround(scale * 0.75));
    expect([down(0), down(1), MIDDLE].map((name) => first![name]![2])).toEqual(scales);
  });

  it('weighs them without guidance too, for the whole batch', async () => {
    const { asked, net } = network();
    const run = { ...guided, guided: false, guessMode: true, conditioning: { hiddenStates: plane(1) } };
    const [first] = await steps([{ net, image }], run);
    expect(asked[0]!.sample.dims).toEqual([1, 1, 1, 1]);
    expect(first![down(0)]).toEqual([Math.fround(0.1), Math.fround(0.1)]);
  });

  it('is entered by a ControlNet that pools, whose own blocks count alike', async () => {
    const [first] = await steps([{ net: network().net, image, pooled: true, scale: 0.5 }]);
    expect(first![down(0)]).toEqual([0, 0, 0.5, 0.5]);
  });

  it('sums several networks in the conditional half', async () => {
    const controls = [
      { net: network(1).net, image },
      { net: network(10).net, image, from: 0.5 },
    ];
    expect((await steps(controls, guessing)).map((step) => step[MIDDLE])).toEqual([
      [0, 0, 1, 1],
      [0, 0, 1, 1],
      [0, 0, 11, 11],
      [0, 0, 11, 11],
    ]);
  });

  it("has torch's numbers", () => {
    const expected = [
      0.10000000149011612, 0.12115276604890823, 0.14677992463111877, 0.17782793939113617, 0.2154434621334076, 0.26101571321487427,
    ];
    expect([...guessScales(13)].slice(0, 6)).toEqual(expected);
    expect([...guessScales(13)].slice(6)).toEqual([
      ...[0.3162277638912201, 0.3831186890602112, 0.46415889263153076, 0.5623413324356079, 0.6812920570373535, 0.825404167175293, 1],
    ]);
  });
});

describe('names of residuals', () => {
  it('follow the blocks, however a graph lists them', () => {
    const names = [MIDDLE, ...Array.from({ length: 12 }, (_, i) => down(11 - i))];
    expect(residualOrder(names)).toEqual([...Array.from({ length: 12 }, (_, i) => down(i)), MIDDLE]);
  });
});

it.each<[string, Partial<Control>[]]>([
  ['there is none', []],
  ['its scale is NaN', [{ scale: Number.NaN }]],
  ['it counts from 0.5 to 0.5', [{ from: 0.5, to: 0.5 }]],
  ['it counts from -0.1 to 1', [{ from: -0.1 }]],
  ['it counts from 0 to 1.1', [{ to: 1.1 }]],
])('%s: refused before anything runs', (problem, controls) => {
  const { net } = network();
  expect(() =>
    createControl(
      controls.map((control) => ({ net, image, ...control })),
      guided,
    ),
  ).toThrow(expect.objectContaining({ code: 'VISION_DIFFUSION_BAD_CONTROL', message: expect.stringContaining(problem) }));
});
