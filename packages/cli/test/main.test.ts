import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { decodeImage, encodePng } from '@vision-sdk/image';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ExitCode } from '../src/index.ts';
import { temporaryFolder, vision } from './vision-command.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let config: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  config = await folder.file('vision.config.json', {
    plugins: [['@vision-sdk/plugin-local-chain', { file: join(folder.path, 'chain.sqlite') }], '@vision-sdk/plugin-upscale'],
    wallet: { seed: '//Alice' },
    miner: { host: '127.0.0.1', port: 0 },
  });
});
afterAll(() => folder[Symbol.asyncDispose]());

describe('help', () => {
  it('lists commands and exit codes', async () => {
    const { code, stdout } = await vision('--help');
    expect(code).toBe(ExitCode.ok);
    expect(stdout).toMatchSnapshot();
  });

  it.each([[['run']], [['init']], [['plugins', 'check']]])('of %s says what its flags do', async (command) => {
    const { code, stdout } = await vision(...command, '--help');
    expect(code).toBe(ExitCode.ok);
    expect(stdout).toMatchSnapshot();
  });

  it('is shown when nothing is asked', async () => {
    const { code, stderr } = await vision();
    expect([code, stderr.includes('Usage: vision')]).toEqual([ExitCode.ok, true]);
  });

  it('comes with the version of the package', async () => {
    const { version } = JSON.parse(await readFile(join(import.meta.dirname, '../package.json'), 'utf8')) as { version: string };
    expect(await vision('--version')).toMatchObject({ code: ExitCode.ok, stdout: `${version}\n` });
  });
});

describe('wrong usage ends with 2 and says what to do', () => {
  it.each([
    ['an unknown command', ['mine'], /Unknown command 'mine'/],
    ['a misspelt command', ['plugins', 'lst'], /Did you mean list/],
    ['an unknown flag', ['doctor', '--repport'], /Did you mean --report/],
    ['a missing argument', ['run'], /Missing required argument 'synapse'/],
    ['a number out of range', ['run', 'upscale', '--steps', '0'], /whole number from 1 to 1000/],
    ['a value that is no choice', ['--log-level', 'loud', 'doctor'], /Allowed choices are debug/],
    ['a command group without a command', ['miner'], /Usage: vision miner/],
  ])('%s', async (_name, args, message) => {
    const { code, stderr, stdout } = await vision(...args);
    expect(code).toBe(ExitCode.usage);
    expect(stderr).toMatch(message);
    expect(stdout).toBe('');
  });

  it('as JSON when asked', async () => {
    const { code, stderr } = await vision('doctor', '--repport', '--json');
    expect(code).toBe(ExitCode.usage);
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'VISION_CLI_USAGE', docs: 'docs/errors.md#vision_cli_usage' } });
  });
});

describe('a wrong config ends with 3', () => {
  it.each([
    ['that is not there', async () => join(folder.path, 'none.json'), 'VISION_HOST_CONFIG_NOT_FOUND'],
    ['that is no JSON', () => folder.file('broken.json', '{'), 'VISION_HOST_CONFIG_UNREADABLE'],
    ['with a typo', () => folder.file('typo.json', { validator: { periodms: 5 } }), 'VISION_HOST_CONFIG_INVALID'],
    [
      'with a plugin that is not installed',
      () => folder.file('plugin.json', { plugins: ['vision-plugin-nowhere'] }),
      'VISION_HOST_PLUGIN_NOT_FOUND',
    ],
    [
      'with an unknown chain',
      () => folder.file('chain.json', { plugins: ['@vision-sdk/plugin-upscale'], chain: 'moon' }),
      'VISION_HOST_CHAIN_UNKNOWN',
    ],
  ])('%s', async (_name, file, expected) => {
    const { code, stderr } = await vision('chain', 'show', '--json', '--config', await file());
    expect(JSON.parse(stderr).error).toMatchObject({ code: expected, hint: expect.stringMatching(/\S/) });
    expect(code).toBe(ExitCode.config);
  });
});

describe('chain and wallet', () => {
  it('say no with 4', async () => {
    const wallet = await folder.file('no-wallet.json', {
      plugins: [['@vision-sdk/plugin-local-chain', { file: join(folder.path, 'chain.sqlite') }]],
      wallet: { path: folder.path, name: 'nobody' },
    });
    expect(await vision('chain', 'register', '--config', wallet)).toMatchObject({
      code: ExitCode.chain,
      stderr: expect.stringContaining('vision wallet new'),
    });
    const corrupt = await folder.file('corrupt.json', {
      plugins: [['@vision-sdk/plugin-local-chain', { file: await folder.file('corrupt.sqlite', 'no database'.repeat(100)) }]],
    });
    expect(await vision('chain', 'show', '--config', corrupt)).toMatchObject({
      code: ExitCode.chain,
      stderr: expect.stringContaining('corrupt.sqlite'),
    });
  });

  it('register a hotkey once and show it', async () => {
    const first = JSON.parse((await vision('chain', 'register', '--json', '--config', config)).stdout);
    expect(first).toMatchObject({ uid: 0, status: 'included' });
    expect(await vision('chain', 'register', '--config', config)).toMatchObject({
      code: ExitCode.ok,
      stdout: expect.stringContaining('already'),
    });
    const shown = JSON.parse((await vision('chain', 'show', '--json', '--config', config)).stdout);
    expect(shown).toMatchObject({
      netuid: 19,
      neurons: [{ uid: 0, hotkey: first.hotkey, stakeRao: '0' }],
      hyperparameters: { tempo: 360 },
    });
    expect((await vision('chain', 'show', '--config', config)).stdout).toMatch(/subnet 19, block \d+.*\n.*uid {2}hotkey/);
  });

  it('make, list and show a wallet without giving its secret away', async () => {
    const path = join(folder.path, 'wallets');
    const where = ['--path', path, '--name', 'cold', '--hotkey', 'hot'];
    const made = JSON.parse((await vision('wallet', 'new', '--json', ...where)).stdout);
    expect(made.hotkey.file).toBe(join(path, 'cold', 'hotkeys', 'hot'));
    const secret = JSON.parse(await readFile(made.hotkey.file, 'utf8')).secretPhrase as string;
    const outputs = [
      await vision('wallet', 'list', '--path', path),
      await vision('wallet', 'list', '--json', '--path', path),
      await vision('wallet', 'show', ...where),
      await vision('wallet', 'show', '--json', ...where),
    ];
    for (const { code, stdout } of outputs) {
      expect(code).toBe(ExitCode.ok);
      expect(stdout).toContain(made.hotkey.address);
      expect(stdout).not.toContain(secret);
    }
    expect((await vision('wallet', 'show', '--reveal', ...where)).stdout).toContain(secret);
    expect(await vision('wallet', 'new', ...where)).toMatchObject({
      code: ExitCode.chain,
      stderr: expect.stringContaining('VISION_WALLET_EXISTS'),
    });
    expect((await vision('wallet', 'list', '--path', join(path, 'none'))).stdout).toContain('vision wallet new');
  });
});

describe('plugins', () => {
  it('are listed with what they bring', async () => {
    const { stdout } = await vision('plugins', 'list', '--config', config);
    expect(stdout).toMatch(/plugin-upscale +\d+\.\d+\.\d+ +model vision-x2 \(upscale\)/);
    const views = JSON.parse((await vision('plugins', 'list', '--json', '--config', config)).stdout);
    expect(views).toMatchObject([{ chains: ['local-chain'] }, { models: [{ id: 'vision-x2', synapses: ['Upscale@1'] }] }]);
  });

  it('are shown with their options', async () => {
    const { stdout } = await vision('plugins', 'show', '@vision-sdk/plugin-local-chain', '--config', config);
    expect(stdout).toContain('blockMs (integer) = 12000');
    expect(await vision('plugins', 'show', 'other', '--config', config)).toMatchObject({ code: ExitCode.usage });
    const { stdout: unconfigured } = await vision('plugins', 'show', '@vision-sdk/plugin-clip', '--config', config);
    expect(unconfigured).toContain('maxImages (integer) = 64');
  });

  it('are shown with their options where those that were given are wrong: the error sends people here', async () => {
    const typo = await folder.file('option.json', { plugins: [['@vision-sdk/plugin-local-chain', { blockMS: 1 }]] });
    const { code, stdout } = await vision('plugins', 'show', '@vision-sdk/plugin-local-chain', '--config', typo);
    expect([code, stdout]).toEqual([ExitCode.ok, expect.stringContaining('blockMs (integer) = 12000')]);
    expect(await vision('plugins', 'list', '--config', typo)).toMatchObject({ code: ExitCode.config });
  });

  it('are checked: all well is 0, a broken promise is 1', async () => {
    const liar = await folder.file(
      'liar.mjs',
      `const schema = { '~standard': { version: 1, vendor: 'liar', validate: (value) => ({ value }), jsonSchema: { input: () => ({}), output: () => ({}) } } };
       export default () => ({ '~vision': { kind: 'plugin', apiVersion: 1 }, name: 'vision-plugin-liar', version: 'one', options: schema, requires: [], given: {}, contribute: () => ({}) });`,
    );
    const broken = await vision('plugins', 'check', liar, '--json');
    expect(broken.code).toBe(ExitCode.failure);
    expect(JSON.parse(broken.stdout)).toMatchObject({
      plugin: 'vision-plugin-liar',
      results: expect.arrayContaining([expect.objectContaining({ ok: false, fix: expect.any(String) })]),
    });
    const sound = await vision('plugins', 'check', '@vision-sdk/plugin-local-chain');
    expect(sound).toMatchObject({
      code: ExitCode.ok,
      stdout: expect.stringMatching(/(\d+) of \1 checks of @vision-sdk\/plugin-local-chain/),
    });
    expect(await vision('plugins', 'check', 'x', '--options', '[]')).toMatchObject({
      code: ExitCode.usage,
      stderr: expect.stringContaining('a JSON object'),
    });
  });
});

describe('run', () => {
  it('enlarges a picture on this machine and writes it', async () => {
    const [image, out] = [join(folder.path, 'small.png'), join(folder.path, 'large.png')];
    await writeFile(image, await encodePng({ width: 24, height: 16, channels: 3, data: new Uint8Array(24 * 16 * 3).fill(90) }));
    const { code, stdout } = await vision('run', 'upscale', '--image', image, '--out', out, '--json', '--config', config);
    expect(code).toBe(ExitCode.ok);
    expect(JSON.parse(stdout)).toMatchObject({ synapse: 'Upscale', files: [out], response: { error_message: null } });
    expect(await decodeImage(await readFile(out))).toMatchObject({ width: 48, height: 32 });
  });

  it.each([
    ['a picture that is not there', ['--image', 'none.png'], 'VISION_CLI_FILE_UNREADABLE'],
    ['a file that is no picture', ['--image', join(import.meta.dirname, 'main.test.ts')], 'VISION_IMAGE_UNSUPPORTED_FORMAT'],
    ['a flag the operation has no use for', ['--prompt', 'x'], 'VISION_CLI_FIELD_UNKNOWN'],
    ['nothing to enlarge', [], 'VISION_CLI_FLAG_MISSING'],
    [
      'a model that is not there',
      ['--image', join(import.meta.dirname, '../assets/astronaut.jpg'), '--model', 'x9'],
      'VISION_CLI_VALUE_INVALID',
    ],
  ])('refuses %s with 2', async (_name, args, expected) => {
    const { code, stderr } = await vision('run', 'upscale', ...args, '--json', '--config', config);
    expect(JSON.parse(stderr).error.code).toBe(expected);
    expect(code).toBe(ExitCode.usage);
  });

  describe('a model that is chosen by its id', () => {
    const paint = async (...args: readonly string[]) => {
      const plugins = [join(import.meta.dirname, 'fixtures/engine-plugin.ts')];
      const file = await folder.file('engines.json', { plugins, devices: { cpu: { memory: '64MiB' } } });
      const out = join(folder.path, 'painted.png');
      return vision('run', 'text-to-image', '--prompt', 'a fox', '--out', out, ...args, '--json', '--config', file);
    };
    const engineOf = ({ stdout }: { stdout: string }) => JSON.parse(stdout).response.image_hashes[0].average_hash;

    it('is asked for by its own engine', async () => {
      expect(engineOf(await paint('--model', 'kandinsky'))).toBe('kandinsky-2.2');
      expect(engineOf(await paint('--model', 'sdxl-turbo'))).toBe('stable-diffusion-xl-turbo');
      expect(engineOf(await paint())).toBe('kandinsky-2.2');
      expect(engineOf(await paint('--param', 'engine=stable-diffusion-xl-turbo'))).toBe('stable-diffusion-xl-turbo');
    });

    it('refuses an engine that the caller names and it has not', async () => {
      const { code, stderr } = await paint('--model', 'kandinsky', '--param', 'engine=stable-diffusion-xl-turbo');
      expect(JSON.parse(stderr).error.message).toContain('Engine stable-diffusion-xl-turbo not supported');
      expect(code).not.toBe(ExitCode.ok);
    });
  });

  it('refuses a device that this machine lacks with 5', async () => {
    const image = join(import.meta.dirname, '../assets/astronaut.jpg');
    const { code, stderr } = await vision('run', 'upscale', '--image', image, '--device', 'cuda:99', '--json', '--config', config);
    expect([code, JSON.parse(stderr).error.code]).toEqual([ExitCode.environment, expect.stringMatching(/^VISION_/)]);
  });
});

describe('a port in use', () => {
  it('ends miner start with 5', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as { port: number };
    const taken = await folder.file('taken.json', { ...JSON.parse(await readFile(config, 'utf8')), miner: { host: '127.0.0.1', port } });
    const { code, stderr } = await vision('miner', 'start', '--json', '--log-level', 'silent', '--config', taken);
    const doctor = JSON.parse((await vision('doctor', '--json', '--config', taken)).stdout);
    holder.close();
    expect(code, stderr).toBe(ExitCode.environment);
    expect(stderr).toContain(String(port));
    expect(doctor.findings).toContainEqual(
      expect.objectContaining({ subject: `port ${port}`, state: 'note', found: expect.stringContaining('in use') }),
    );
  });
});

describe('doctor', () => {
  it('finds nothing wrong with a good config', async () => {
    const { code, stdout } = await vision('doctor', '--json', '--config', config);
    const { machine, findings } = JSON.parse(stdout);
    expect(findings.filter(({ state }: { state: string }) => state === 'wrong')).toEqual([]);
    expect([code, machine.node]).toEqual([ExitCode.ok, process.versions.node]);
    expect(findings.map(({ subject }: { subject: string }) => subject)).toEqual(
      expect.arrayContaining([
        'Node',
        'ONNX Runtime',
        'config',
        'device cpu',
        'wallet',
        'chain local-chain',
        'weights of vision-x2',
        'models',
        'disk',
      ]),
    );
  });

  it('has a fix for everything that is not in order', async () => {
    const poor = await folder.file('poor.json', {
      plugins: ['@vision-sdk/plugin-upscale'],
      devices: { 'cuda:99': { memory: '8GiB' } },
      wallet: { path: folder.path, name: 'nobody' },
    });
    const { code, stdout } = await vision('doctor', '--json', '--config', poor);
    const off = JSON.parse(stdout).findings.filter(({ state }: { state: string }) => state !== 'ok');
    expect(off.map(({ subject }: { subject: string }) => subject)).toEqual(
      expect.arrayContaining(['device cuda:99', 'wallet', 'chain local-chain']),
    );
    for (const finding of off) expect(finding.fix).toMatch(/\S/);
    expect(code).toBe(ExitCode.environment);
  });

  it('ends with 3 for a wrong config, and says what is wrong in it', async () => {
    const typo = await folder.file('typo-2.json', { minor: {} });
    const { code, stdout } = await vision('doctor', '--config', typo);
    expect([code, stdout]).toEqual([
      ExitCode.config,
      expect.stringMatching(/WRONG config: .*\n.*minor: unknown key, did you mean "miner"/),
    ]);
  });

  it.each([
    [
      { devices: { cpu: { memory: '100MiB' } } },
      'models',
      'Model "vision-x2" needs 512MiB; no device can hold it: cpu has 100MiB. It is not served.',
    ],
    [{ devices: { cpu: { memory: '100MiB' } }, pinned: ['vision-x2'] }, 'models', 'no device can hold it'],
    [{ placement: { 'vision-x3': 'cpu' } }, 'models', '"placement" names the model "vision-x3", which no plugin contributes.'],
    [{ pinned: ['vision-x3'] }, 'models', '"pinned" names the model "vision-x3"'],
    [{ filters: ['nsfw'] }, 'filters', 'No plugin contributes the filter "nsfw".'],
  ])('finds before a start what a neuron refuses at it: %j', async (more, subject, found) => {
    const off = await folder.file('off.json', { ...JSON.parse(await readFile(config, 'utf8')), ...more });
    const { code, stdout } = await vision('doctor', '--json', '--config', off);
    const wrong = JSON.parse(stdout).findings.filter(({ state }: { state: string }) => state === 'wrong');
    expect(wrong).toEqual([
      { subject, area: 'config', state: 'wrong', found: expect.stringContaining(found), fix: expect.stringMatching(/\S/) },
    ]);
    expect(code).toBe(ExitCode.config);
  });

  it('prints a row for the table of tested hardware', async () => {
    const { code, stdout } = await vision('doctor', '--report', '--config', config);
    expect([code, stdout.trim().split(' | ').length]).toEqual([ExitCode.ok, 7]);
    expect(stdout).toMatch(/vision-x2 on cpu: 256x256 in \d+ ms/);
  });
});
