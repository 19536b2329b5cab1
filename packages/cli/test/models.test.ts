import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { findWeights } from '@vision-sdk/neuron/host';
import { encodeModel } from '@vision-sdk/onnx/testing';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { FakeHub } from '../../onnx/test/hub/fake-hub.ts';
import { COMMIT, filesUnder, noise, REPOSITORY, weightsOf } from '../../onnx/test/hub/support.ts';
import { ExitCode } from '../src/index.ts';
import { showDownloads } from '../src/models/download-bars.ts';
import { hubOf } from '../src/models/hub-of.ts';
import { settleLicences } from '../src/models/licences.ts';
import { ending, spawnVision, temporaryFolder, vision } from './vision-command.ts';

const FILES = { 'unet/model.onnx': noise(300_000), 'config.json': Buffer.from('{}\n') };
const large = weightsOf(FILES);
const small = weightsOf({ 'config.json': FILES['config.json'] });

let hub: FakeHub;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let config: string;

beforeEach(async () => {
  hub = await FakeHub.start(FILES);
  folder = await temporaryFolder();
  const shipped = { kind: 'folder', folder: folder.path, files: ['vision.config.json'], bytes: 5, licence: 'MIT' };
  config = await folder.file('vision.config.json', {
    plugins: [
      [join(import.meta.dirname, 'fixtures/hub-plugin.ts'), { models: { 'tiny-x2': [large], 'tiny-x4': [small], shipped: [shipped] } }],
    ],
    weightsDirectory: join(folder.path, 'weights'),
    hub: { endpoint: hub.endpoint, retries: 1 },
  });
});
afterEach(async () => {
  await hub[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const models = (...args: readonly string[]) => vision('models', ...args, '--config', config);
const statesOf = async () => {
  const { stdout } = await models('list', '--json');
  return (JSON.parse(stdout) as { model: string; state: string }[]).map(({ model, state }) => `${model} ${state}`);
};

describe('vision models pull', () => {
  it('brings the weights to where the host looks for them', async () => {
    const { code, stdout, stderr } = await models('pull', '--accept-licence');
    expect([code, stderr]).toEqual([ExitCode.ok, `vision/tiny-x2: licence MIT, see ${hub.endpoint}/vision/tiny-x2\n`]);
    expect(stdout).toBe('tiny-x2  vision/tiny-x2  2 of 2 files, 293.0 KiB\ntiny-x4  vision/tiny-x2  already there\n');
    const weightsDirectory = join(folder.path, 'weights');
    const path = await findWeights('unet/model.onnx', { model: 'tiny-x2', sources: [large], weightsDirectory });
    expect(await readFile(path)).toEqual(FILES['unet/model.onnx']);
    expect(await statesOf()).toEqual(['tiny-x2 present', 'tiny-x4 present', 'shipped present']);
  });

  it('takes the named models only', async () => {
    const { code, stdout } = await models('pull', 'tiny-x4', '--accept-licence', '--json');
    expect(code).toBe(ExitCode.ok);
    expect(JSON.parse(stdout)).toMatchObject([
      { model: 'tiny-x4', repository: REPOSITORY, revision: COMMIT, files: [{ file: 'config.json', bytes: 3, from: 'hub' }] },
    ]);
    expect(await statesOf()).toEqual(['tiny-x2 partial', 'tiny-x4 present', 'shipped present']);
  });

  it('asks for the licence first, and only once', async () => {
    const refused = await models('pull');
    expect(refused.code).toBe(ExitCode.usage);
    expect(refused.stderr).toContain('VISION_HUB_LICENCE_NOT_ACCEPTED');
    expect(hub.requests).toEqual([]);
    await models('pull', 'tiny-x4', '--accept-licence');
    expect(await models('pull')).toMatchObject({ code: ExitCode.ok, stderr: '' });
  });

  it('says what is missing when offline', async () => {
    const { code, stderr } = await models('pull', 'tiny-x2', '--offline');
    expect(code).toBe(ExitCode.environment);
    expect(stderr).toContain('unet/model.onnx, config.json');
    expect(hub.requests).toEqual([]);
  });

  it('knows the models of the config', async () => {
    const { code, stderr } = await models('pull', 'tiny-x3');
    expect(code).toBe(ExitCode.usage);
    expect(stderr).toContain('There are: tiny-x2, tiny-x4, shipped.');
  });

  it('has nothing to do for models that come with their plugin', async () => {
    expect(await models('pull', 'shipped')).toMatchObject({ code: ExitCode.ok, stdout: expect.stringContaining('Nothing to download') });
  });

  it('ends in good order on ctrl-C, and goes on from there', async () => {
    hub.script('unet/model.onnx', { stallAfter: 150_000 });
    const asked = hub.asked('unet/model.onnx');
    const child = spawnVision(['models', 'pull', 'tiny-x2', '--accept-licence', '--config', config], folder.path);
    await asked;
    child.kill('SIGINT');
    const { code, stderr } = await ending(child);
    expect([code, stderr.includes('vision models pull was interrupted')]).toEqual([ExitCode.interrupted, true]);
    expect(await models('pull', 'tiny-x2')).toMatchObject({ code: ExitCode.ok });
  }, 40_000);
});

describe('vision models list', () => {
  it('shows size, licence, state and place, and the files that are not there', async () => {
    const { stdout } = await models('list');
    expect(stdout.replaceAll(folder.path, '<folder>').replaceAll('\\', '/')).toMatchInlineSnapshot(`
      "model    size       licence  state    where
      tiny-x2  293.0 KiB  MIT      missing  vision/tiny-x2@0123456789ab
      tiny-x4  3 B        MIT      missing  vision/tiny-x2@0123456789ab
      shipped  5 B        MIT      present  <folder>
      missing    <folder>/weights/vision/tiny-x2/0123456789abcdef0123456789abcdef01234567/unet/model.onnx
      missing    <folder>/weights/vision/tiny-x2/0123456789abcdef0123456789abcdef01234567/config.json
      "
    `);
  });
});

describe('vision models verify', () => {
  const changed = () => join(folder.path, 'weights', REPOSITORY, COMMIT, 'unet/model.onnx');

  it('ends with 0 for whole weights, 5 for missing ones, 1 for changed ones', async () => {
    expect((await models('verify')).code).toBe(ExitCode.environment);
    await models('pull', '--accept-licence');
    expect((await models('verify')).code).toBe(ExitCode.ok);
    await writeFile(changed(), noise(300_000, 2));
    const { code, stdout } = await models('verify', 'tiny-x2', '--json');
    expect(code).toBe(ExitCode.failure);
    expect(JSON.parse(stdout)).toMatchObject([{ model: 'tiny-x2', state: 'corrupt', files: [{ state: 'corrupt' }, { state: 'present' }] }]);
    await models('pull');
    expect((await models('verify')).code).toBe(ExitCode.ok);
  });
});

describe('vision models rm', () => {
  it('removes nothing without an answer', async () => {
    await models('pull', '--accept-licence');
    const { code, stderr } = await models('rm', 'tiny-x2');
    expect([code, stderr.includes('--yes')]).toEqual([ExitCode.usage, true]);
    expect(await statesOf()).toEqual(['tiny-x2 present', 'tiny-x4 present', 'shipped present']);
  });

  it('leaves what another model needs', async () => {
    await models('pull', '--accept-licence');
    const { code, stdout } = await models('rm', 'tiny-x2', '--yes');
    expect([code, stdout]).toEqual([ExitCode.ok, 'tiny-x2  vision/tiny-x2  293.0 KiB freed\n']);
    expect(await statesOf()).toEqual(['tiny-x2 partial', 'tiny-x4 present', 'shipped present']);
    await models('rm', 'tiny-x2', 'tiny-x4', '--yes');
    expect(await filesUnder(join(folder.path, 'weights', 'vision'))).toEqual(['tiny-x2/.vision-licences.json']);
  });
});

describe('vision doctor', () => {
  it('says how to get weights that are missing', async () => {
    const { stdout } = await vision('doctor', '--json', '--config', config);
    expect(stdout).toContain('Run `vision models pull tiny-x2`.');
  });
});

describe('weights in a folder of the operator', () => {
  const graph = encodeModel({
    inputs: [{ name: 'x', type: 'float32', dims: [1] }],
    outputs: [{ name: 'y', type: 'float32', dims: [1] }],
    nodes: [{ operator: 'Relu', inputs: ['x'], outputs: ['y'] }],
  });
  const lookInto = async (files: Readonly<Record<string, string | Uint8Array>>) => {
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder.path, name), content);
    const own = { kind: 'folder', folder: folder.path, files: Object.keys(files), bytes: 5, licence: 'MIT' };
    const plugins = [[join(import.meta.dirname, 'fixtures/hub-plugin.ts'), { models: { own: [own] } }]];
    const file = await folder.file('own.config.json', { plugins, weightsDirectory: join(folder.path, 'weights') });
    const doctor = JSON.parse((await vision('doctor', '--json', '--config', file)).stdout) as { findings: { subject: string }[] };
    const verified = await vision('models', 'verify', '--json', '--config', file);
    const [{ state }] = JSON.parse(verified.stdout);
    return { found: doctor.findings.find(({ subject }) => subject === 'weights of own'), code: verified.code, state };
  };

  it('are in order with a whole graph, and with the numbers that Python writes into JSON', async () => {
    const config = '{"lambda_min_clipped": -Infinity, "a": [NaN, Infinity], "text": "NaN \\" Infinity"}';
    expect(await lookInto({ 'model.onnx': graph, 'scheduler_config.json': config })).toMatchObject({
      found: { state: 'ok' },
      code: ExitCode.ok,
      state: 'present',
    });
  });

  it.each([
    ['an empty graph', 'model.onnx', '', 'is not an ONNX file; it looks like an empty file'],
    ['a web page for a graph', 'model.onnx', '<html>404</html>', 'is not an ONNX file; it looks like a web page'],
    ['half a graph', 'model.onnx', graph.subarray(0, graph.length / 2), 'is damaged'],
    ['a broken config', 'config.json', '{"a": 1', 'is no JSON'],
    ['an empty config', 'config.json', '', 'is no JSON'],
  ])('%s is wrong before anything is loaded', async (_, file, content, problem) => {
    const { found, code, state } = await lookInto({ [file]: content });
    expect(found).toMatchObject({ state: 'wrong', found: expect.stringContaining(`${join(folder.path, file)} ${problem}`) });
    expect(found).toMatchObject({ fix: expect.stringMatching(/\S/) });
    expect([code, state]).toEqual([ExitCode.failure, 'corrupt']);
  });
});

describe('the bars of a download', () => {
  it('show each file under way on a screen, and nothing elsewhere', () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    let drawn = '';
    const progressStream = Object.assign(new PassThrough(), {
      isTTY: true,
      columns: 80,
      cursorTo() {},
      clearLine() {},
      moveCursor() {},
      clearScreenDown() {},
    });
    progressStream.on('data', (text) => {
      drawn += text;
    });
    const show = (interactive: boolean) => {
      using bars = showDownloads({ interactive, progressStream: progressStream as never });
      bars.update({ file: 'unet/model.onnx', received: 2 ** 20, bytes: 2 ** 21 });
      vi.advanceTimersByTime(1000);
    };
    show(false);
    progressStream.read();
    expect(drawn).toBe('');
    show(true);
    progressStream.read();
    expect(drawn).toContain('50% of 2.0 MiB  unet/model.onnx');
  });
});

describe('a licence', () => {
  it('is asked for on a terminal, and no is no', async () => {
    const shown: string[] = [];
    const desk = {
      root: join(folder.path, 'weights'),
      acceptAll: false,
      show: ({ licence }: { licence: string }) => void shown.push(licence),
    };
    await expect(settleLicences([large], { ...desk, ask: async () => false })).rejects.toMatchObject({
      code: 'VISION_HUB_LICENCE_NOT_ACCEPTED',
    });
    await settleLicences([large], { ...desk, ask: async (question) => question === 'Accept the licence MIT of vision/tiny-x2?' });
    await settleLicences([large], { ...desk, ask: () => Promise.reject(new Error('asked again')) });
    expect(shown).toEqual(['MIT', 'MIT']);
  });
});

describe('the token of the environment', () => {
  const settings = { mirrors: [], redirectHosts: [], parallel: 1, retries: 0, offline: false };
  const tokenFor = (endpoint: string, token?: string) =>
    hubOf({ hub: { ...settings, endpoint, token } }, { offline: false, env: { HF_TOKEN: 'hf_env' } }).token;

  it('goes to Hugging Face alone, and yields to that of the config', () => {
    expect(tokenFor('https://huggingface.co')).toBe('hf_env');
    expect(tokenFor('https://huggingface.co', 'own')).toBe('own');
    expect(tokenFor('https://evilhuggingface.co')).toBeUndefined();
    expect(tokenFor('https://hub.example.com')).toBeUndefined();
  });
});
