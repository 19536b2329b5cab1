import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePngBase64, type Raster } from '@vision-sdk/image';
import { afterAll, describe, expect, it } from 'vitest';
import { findCases, TOLERANCE } from './gpu/case.ts';
import { differences } from './gpu/differences.ts';
import { devicesToTry, surveyDevices } from './gpu/survey.ts';
import { root } from './markdown.ts';

const folder = mkdtempSync(join(tmpdir(), 'vision-gpu-suite-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** One test of the suite as a reporter tells it. */
interface Told {
  readonly fullName: string;
  readonly status: 'passed' | 'failed' | 'skipped';
}

/** Runs the suite for graphics cards on devices of our choice, with the tests whose names fit. */
async function runSuite(devices: string, names: string): Promise<{ readonly code: number; readonly tests: readonly Told[] }> {
  const out = join(folder, 'out.json');
  const args = ['run', '--config', 'vitest.gpu.config.ts', '--reporter=json', `--outputFile=${out}`, '-t', names];
  const env = { ...process.env, VISION_GPU_DEVICES: devices };
  const code = await new Promise<number>((done) => {
    execFile(join(root, 'node_modules/.bin/vitest'), args, { cwd: root, env }, (error) => done(error === null ? 0 : Number(error.code)));
  });
  const { testResults } = JSON.parse(readFileSync(out, 'utf8')) as {
    readonly testResults: readonly { readonly assertionResults: readonly Told[] }[];
  };
  return { code, tests: testResults.flatMap(({ assertionResults }) => assertionResults) };
}

describe('the suite for graphics cards', () => {
  it('runs on a device that computes, and skips one that does not with its reason', async () => {
    const { code, tests } = await runSuite('cpu,cuda:99', 'upscale, the network of the package');
    const statusOn = (device: string) =>
      tests.filter(({ fullName }) => fullName.startsWith(device) && fullName.includes('network of the package'));
    expect(code).toBe(0);
    expect(statusOn('cpu').map(({ status }) => status)).toEqual(['passed']);
    expect(statusOn('cuda:99').map(({ status }) => status)).toEqual(['skipped']);
    expect(statusOn('cuda:99')[0]?.fullName).toMatch(/^cuda:99 \(skipped: The execution provider of cuda:99 does not start/);
  }, 120_000);

  it('takes the first card by CUDA and by WebGPU, or those that are named', () => {
    expect(devicesToTry({})).toEqual(['cuda:0', 'webgpu:0']);
    expect(devicesToTry({ VISION_GPU_DEVICES: ' cuda:1, cpu,' })).toEqual(['cuda:1', 'cpu']);
  });

  it('says why a device cannot be used, also when trying it crashes', async () => {
    const died = Object.assign(new Error('Command failed'), { stdout: '', signal: 'SIGSEGV' });
    const outcomes: Record<string, () => Promise<void>> = {
      'cuda:0': async () => {
        throw Object.assign(new Error('Command failed'), { stdout: 'no driver\n' });
      },
      'cuda:1': async () => {
        throw died;
      },
      'webgpu:0': async () => {},
    };
    expect(await surveyDevices(Object.keys(outcomes), (device) => outcomes[device]!())).toEqual([
      { device: 'cuda:0', reason: 'no driver' },
      { device: 'cuda:1', reason: 'trying it ended with SIGSEGV' },
      { device: 'webgpu:0', reason: undefined },
    ]);
  });

  it('has cases of every plugin with models that can be run without the network', async () => {
    const names = (await findCases()).map(({ name }) => name.split(/[ ,]/)[0]);
    expect(names).toEqual(expect.arrayContaining(['clip', 'safety', 'segment', 'upscale']));
  });
});

describe('the comparison with the CPU', () => {
  const picture = (change: (data: Uint8Array) => void = () => {}, width = 8): Promise<string> => {
    const data = new Uint8Array(width * 8 * 3).fill(100);
    change(data);
    return encodePngBase64({ width, height: 8, channels: 3, data } satisfies Raster);
  };
  const compare = (cpu: unknown, other: unknown) => differences(cpu, other, TOLERANCE);

  it('lets last bits pass', async () => {
    const cpu = { image_b64s: [await picture()], score: 0.5, big: 1000, masks: [[1, 2]], error_message: null };
    const near = { ...cpu, image_b64s: [await picture((data) => data.fill(106, 0, 10))], score: 0.504, big: 1004 };
    expect(await compare(cpu, near)).toEqual([]);
  });

  it.each([
    ['a colour that is off', async () => [await picture(), await picture((data) => data.fill(107, 0, 1))], 'off by 7'],
    [
      'colours that are off a little everywhere',
      async () => [await picture(), await picture((data) => data.fill(101))],
      'off by 1.000 in the mean',
    ],
    ['another size', async () => [await picture(), await picture(undefined, 9)], '9 x 8 pixels instead of 8 x 8'],
    ['another number', async () => [1, 1.01], '1.01 instead of 1'],
    ['no number', async () => [1, Number.NaN], 'NaN instead of 1'],
    ['another text', async () => ['a', 'b'], 'b instead of a'],
    ['something that is missing', async () => [{ a: 1 }, {}], 'undefined instead of 1'],
    ['an answer where there was none', async () => [null, { a: 1 }], 'instead of null'],
  ])('tells of %s', async (_, make, text) => {
    const [cpu, other] = await make();
    expect((await compare({ x: [cpu] }, { x: [other] })).join()).toContain(text);
  });
});
