// What Stable Diffusion costs outside its networks, and which share of the time a network of 30 million parameters has.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createGenerator,
  createScheduler,
  createStableDiffusion,
  denoiseLatents,
  textToImage,
  Unet,
  VaeDecoder,
} from '@vision-sdk/diffusion';
import { encodePng } from '@vision-sdk/image';
import { encodeModel } from '@vision-sdk/onnx/testing';
import ort from 'onnxruntime-node';

const STEP_TARGET_MS = 0.5;
const SHARE_TARGET = 97;
const SDXL = { tokens: 77, width: 2048, pooled: 1280 };
const DDPM = {
  _class_name: 'DDPMScheduler',
  beta_schedule: 'scaled_linear',
  beta_start: 0.00085,
  beta_end: 0.012,
  steps_offset: 1,
  clip_sample: false,
};
const STEPS = 20;

/** Times steps and pictures on one core. Returns rows for the table of `npm run bench`. */
export async function run() {
  const folder = mkdtempSync(join(tmpdir(), 'vision-bench-'));
  const clock = runtimeClock();
  try {
    return [...(await stepRows(folder, clock)), ...(await shareRows(folder, clock))];
  } finally {
    clock.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Counts the time that calls of ONNX Runtime take, wherever they come from. */
function runtimeClock() {
  const { create } = ort.InferenceSession;
  const clock = { ms: 0, stop: () => Object.assign(ort.InferenceSession, { create }) };
  ort.InferenceSession.create = async (...given) => {
    const session = await create.apply(ort.InferenceSession, given);
    const run = session.run.bind(session);
    session.run = async (...feeds) => {
      const before = performance.now();
      try {
        return await run(...feeds);
      } finally {
        clock.ms += performance.now() - before;
      }
    };
    return session;
  };
  return clock;
}

/** A step of SDXL at 1024x1024 with guidance around a network that only hands its sample through. */
async function stepRows(folder, clock) {
  const rows = [];
  for (const [type, name] of [
    ['float32', 'float32'],
    ['float16', 'half precision'],
  ]) {
    const path = join(folder, `${type}.onnx`);
    writeFileSync(path, encodeModel(throughput(type)));
    const unet = await Unet.load(path, { threads: 1 });
    const value = await stepMs({ unet }, clock);
    await unet[Symbol.asyncDispose]();
    const what = `SDXL step with guidance 4x128x128, ${name}, outside ONNX Runtime and the draw`;
    const target =
      type === 'float32'
        ? { target: STEP_TARGET_MS, ok: value <= STEP_TARGET_MS, baseline: 0.62, baselineName: 'diffusers, recorded' }
        : {};
    rows.push({ name: what, value, unit: 'ms', ...target });
  }
  return rows;
}

async function stepMs(sd, clock) {
  const noise = createGenerator(1).randn(4 * 128 * 128);
  const scheduler = createScheduler(DDPM);
  const plane = (...dims) => ({ data: new Float32Array(dims.reduce((product, dim) => product * dim, 1)), dims });
  const conditioning = {
    ...{ batch: 1, guided: true, hiddenStates: plane(2, SDXL.tokens, SDXL.width) },
    ...{ textEmbeds: plane(2, SDXL.pooled), timeIds: plane(2, 6) },
  };
  const times = [];
  for (let loop = 0; loop < 30; loop += 1) {
    let last;
    const onStep = () => {
      const now = performance.now();
      // The first of a loop converts what stays the same.
      if (last !== undefined) times.push(now - last - clock.ms);
      [last, clock.ms] = [now, 0];
    };
    const latents = { data: noise.slice(), dims: [1, 4, 128, 128] };
    await denoiseLatents(sd, { latents, conditioning, run: scheduler.run(STEPS), guidance: 4, noise: () => noise }, { onStep });
  }
  return tenth(times);
}

/** A picture of 512x512 from a seed to PNG bytes, with a network of the size of a small UNet. */
async function shareRows(folder, clock) {
  const steps = 4;
  const [unetPath, decoderPath] = ['unet.onnx', 'decoder.onnx'].map((name) => join(folder, name));
  const { model, parameters } = network();
  writeFileSync(unetPath, encodeModel(model));
  writeFileSync(decoderPath, encodeModel(decoder()));
  const unet = await Unet.load(unetPath, { threads: 1, config: { sample_size: 64 } });
  const vaeDecoder = await VaeDecoder.load(decoderPath, { threads: 1 });
  const states = { data: new Float32Array(SDXL.tokens * 8), dims: [1, SDXL.tokens, 8] };
  const text = [
    {
      tokenizer: { encodePadded: () => new Int32Array(SDXL.tokens) },
      encoder: { encode: async () => ({ last: states, penultimate: states, pooled: undefined }) },
    },
  ];
  const sd = createStableDiffusion({ unet, vaeDecoder, text, scheduler: createScheduler(DDPM) });
  const paint = async () => {
    const [picture] = await textToImage(sd, { prompt: '', width: 512, height: 512, steps, guidance: 1, seed: 1 });
    return encodePng(picture);
  };
  await paint();
  const rounds = [];
  for (let round = 0; round < 3; round += 1) {
    clock.ms = 0;
    const before = performance.now();
    await paint();
    const whole = performance.now() - before;
    rounds.push({ share: (100 * clock.ms) / whole, outside: whole - clock.ms });
  }
  await Promise.all([unet, vaeDecoder].map((part) => part[Symbol.asyncDispose]()));
  const share = Math.max(...rounds.map((round) => round.share));
  const outside = Math.min(...rounds.map((round) => round.outside));
  const millions = (parameters / 1e6).toFixed(0);
  return [
    {
      name: `share of ONNX Runtime, UNet of ${millions} M parameters, 64x64 latents, ${steps} steps`,
      value: share,
      unit: '%',
      target: SHARE_TARGET,
      ok: share >= SHARE_TARGET,
    },
    { name: `picture of 512x512 in ${steps} steps outside ONNX Runtime, PNG included`, value: outside, unit: 'ms' },
  ];
}

function throughput(type) {
  const value = (name, dims) => ({ name, type, dims });
  return {
    inputs: [
      value('sample', ['b', 4, 'h', 'w']),
      { name: 'timestep', type: 'int64', dims: [] },
      value('encoder_hidden_states', ['b', 's', SDXL.width]),
      value('text_embeds', ['b', SDXL.pooled]),
      value('time_ids', ['b', 6]),
    ],
    outputs: [value('out_sample', ['b', 4, 'h', 'w'])],
    nodes: [{ operator: 'Identity', inputs: ['sample'], outputs: ['out_sample'] }],
  };
}

/** Convolutions on 64x64, 32x32 and 16x16 and back, most parameters on the smallest size, as in a UNet. */
function network() {
  const graph = { nodes: [], weights: [], parameters: 0, last: 'sample' };
  const convolve = (from, to, { stride = 1 } = {}) => {
    const at = graph.nodes.length;
    const data = createGenerator(at).randn(to * from * 9);
    for (let i = 0; i < data.length; i += 1) data[i] *= 0.5 / Math.sqrt(from * 9);
    graph.weights.push({ name: `w${at}`, type: 'float32', dims: [to, from, 3, 3], data: new Uint8Array(data.buffer) });
    graph.parameters += data.length;
    add('Conv', [graph.last, `w${at}`], { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [stride, stride] });
    add('Relu', [graph.last]);
  };
  const add = (operator, inputs, attributes = {}) => {
    const output = `t${graph.nodes.length}`;
    graph.nodes.push({ operator, inputs, outputs: [output], attributes });
    graph.last = output;
  };
  const repeat = (times, channels) => {
    for (let i = 0; i < times; i += 1) convolve(channels, channels);
  };
  convolve(4, 128);
  repeat(4, 128);
  convolve(128, 256, { stride: 2 });
  repeat(4, 256);
  convolve(256, 512, { stride: 2 });
  repeat(10, 512);
  add('DepthToSpace', [graph.last], { blocksize: 4 });
  convolve(32, 128);
  convolve(128, 4);
  const value = (name) => ({ name, type: 'float32', dims: ['b', 4, 'h', 'w'] });
  const nodes = [...graph.nodes, { operator: 'Identity', inputs: [graph.last], outputs: ['out_sample'] }];
  const inputs = [value('sample'), { name: 'timestep', type: 'int64', dims: [] }];
  return { parameters: graph.parameters, model: { inputs, outputs: [value('out_sample')], nodes, weights: graph.weights } };
}

/** Latents to pixels without any work to speak of. */
function decoder() {
  const weights = [{ name: 'w', type: 'float32', dims: [192, 4, 1, 1], data: new Uint8Array(new Float32Array(192 * 4).fill(0.05).buffer) }];
  return {
    inputs: [{ name: 'latent_sample', type: 'float32', dims: ['b', 4, 'h', 'w'] }],
    outputs: [{ name: 'sample', type: 'float32', dims: ['b', 3, 'H', 'W'] }],
    weights,
    nodes: [
      { operator: 'Conv', inputs: ['latent_sample', 'w'], outputs: ['wide'], attributes: { kernel_shape: [1, 1] } },
      { operator: 'DepthToSpace', inputs: ['wide'], outputs: ['sample'], attributes: { blocksize: 8 } },
    ],
  };
}

function tenth(times) {
  return times.sort((a, b) => a - b)[Math.floor(times.length / 10)];
}
