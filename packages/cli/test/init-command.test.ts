import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createRegistry, loadConfig, resolvePlugins } from '@vision-sdk/neuron/host';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultPlugins } from '../src/default-plugins.ts';
import { ExitCode } from '../src/index.ts';
import { temporaryFolder, vision } from './vision-command.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder[Symbol.asyncDispose]());

const init = (...args: readonly string[]) =>
  vision('init', '--yes', '--dir', folder.path, '--wallet-path', join(folder.path, 'wallets'), ...args);

describe('vision init', () => {
  it.each(['json', 'yaml'])('writes a %s file that the host loads', async (format) => {
    const { code, stdout } = await init('--format', format, '--netuid', '7');
    expect([code, stdout]).toEqual([ExitCode.ok, expect.stringContaining(`wrote ${join(folder.path, `vision.config.${format}`)}`)]);
    const loaded = await loadConfig({ cwd: folder.path });
    expect(loaded).toMatchObject({ file: join(folder.path, `vision.config.${format}`), config: { netuid: 7, miner: { port: 8091 } } });
    const registry = await createRegistry(await resolvePlugins(loaded.config, folder.path));
    expect([...registry.models.keys(), ...registry.rewards.keys()]).toEqual(expect.arrayContaining(['vision-x2', 'agreement']));
  });

  it('names no plugins where the built-in ones are enough, which is what every command then takes', async () => {
    await init();
    const file = join(folder.path, 'vision.config.json');
    expect(JSON.parse(await readFile(file, 'utf8'))).not.toHaveProperty('plugins');
    const { stdout } = await vision('plugins', 'list', '--config', file, '--json');
    expect(JSON.parse(stdout).map(({ name }: { name: string }) => name)).toEqual(defaultPlugins().map(([name]) => name));
  });

  it('has the stake of a validator beside the built-in plugins, and no path of this machine', async () => {
    await init('--create-keys', '--role', 'validator');
    const file = join(folder.path, 'vision.config.json');
    const { plugins } = JSON.parse(await readFile(file, 'utf8'));
    expect(plugins).toEqual([['@vision-sdk/plugin-local-chain', { file: '.vision/chain.sqlite', genesisStake: expect.anything() }], '...']);
    const { stdout } = await vision('plugins', 'list', '--config', file, '--json');
    expect(JSON.parse(stdout).map(({ name }: { name: string }) => name)).toEqual(defaultPlugins().map(([name]) => name));
  });

  it('writes TypeScript whose default export is the config', async () => {
    await init('--format', 'ts');
    const text = await readFile(join(folder.path, 'vision.config.ts'), 'utf8');
    expect(text).toMatch(/^import \{ defineConfig \} from '@vision-sdk\/neuron';\n\nexport default defineConfig\(\{[\s\S]*\}\);\n$/);
  });

  it('keeps the config to its owner, because it may hold a key', async () => {
    await init('--role', 'validator');
    expect((await stat(join(folder.path, 'vision.config.json'))).mode & 0o777).toBe(0o600);
  });

  it('never replaces a file unless told to', async () => {
    await init('--netuid', '1');
    expect(await init('--netuid', '2')).toMatchObject({ code: ExitCode.usage, stderr: expect.stringContaining('--force') });
    expect((await loadConfig({ cwd: folder.path })).config.netuid).toBe(1);
    expect(await init('--netuid', '2', '--force')).toMatchObject({ code: ExitCode.ok });
    expect((await loadConfig({ cwd: folder.path })).config.netuid).toBe(2);
  });

  it('writes a config for each hotkey, their keys, and a script that starts them all', async () => {
    const { stdout } = await init(
      '--create-keys',
      '--hotkey',
      'judge:validator',
      '--hotkey',
      'one',
      '--hotkey',
      'two:miner:9100',
      '--json',
    );
    const { files, script } = JSON.parse(stdout);
    expect(files).toEqual(['judge', 'one', 'two'].map((name) => join(folder.path, `${name}.vision.config.json`)));
    expect(await readFile(script, 'utf8')).toContain("npx vision validator start --config 'judge.vision.config.json' &");
    expect(await readdir(join(folder.path, 'wallets', 'default', 'hotkeys'))).toEqual(expect.arrayContaining(['judge', 'one', 'two']));
    const [judge, one, two] = await Promise.all((files as string[]).map((file) => loadConfig({ file })));
    expect([judge?.config.validator.gateway?.port, one?.config.miner.port, two?.config.miner.port]).toEqual([8080, 8091, 9100]);
    const wallets = await vision('wallet', 'show', '--path', join(folder.path, 'wallets'), '--hotkey', 'judge', '--json');
    for (const loaded of [judge, one, two]) {
      expect(loaded?.config.plugins[0]).toMatchObject([
        '@vision-sdk/plugin-local-chain',
        { genesisStake: { [JSON.parse(wallets.stdout).address]: 10_000 } },
      ]);
    }
  });

  it.each<readonly [string, readonly string[], string]>([
    ['a device that is none', ['--device', 'nope!'], 'devices["nope!"]'],
    ['an option that the chain does not take', ['--chain-option', 'blockMs=often'], 'blockMs'],
    ['a plugin without an option that it needs', ['--plugin', '@vision-sdk/plugin-clip'], 'plugins show @vision-sdk/plugin-clip'],
    ['options that are no JSON', ['--plugin', '@vision-sdk/plugin-clip={model}'], 'a JSON object'],
    ['a port twice', ['--hotkey', 'one:miner:8091', '--hotkey', 'two:miner:8091'], 'each port once'],
  ])('writes nothing for %s', async (_, flags, part) => {
    const { code, stderr } = await init('--create-keys', ...flags);
    expect(code).not.toBe(ExitCode.ok);
    expect(stderr).toContain(part);
    expect(await readdir(folder.path)).toEqual([]);
  });

  it('looks at no plugin that is not installed yet', async () => {
    expect(await init('--plugin', 'vision-plugin-of-tomorrow')).toMatchObject({ code: ExitCode.ok });
  });

  it('asks nothing where nobody can answer', async () => {
    const { isTTY } = process.stdin;
    process.stdin.isTTY = false;
    try {
      expect(await vision('init', '--dir', folder.path)).toMatchObject({
        code: ExitCode.usage,
        stderr: expect.stringContaining('vision init --yes'),
      });
    } finally {
      process.stdin.isTTY = isTTY;
    }
    expect(await readdir(folder.path)).toEqual([]);
  });

  it('says why it cannot write', async () => {
    const file = await folder.file('not-a-folder', '');
    const { code, stderr } = await vision('init', '--yes', '--dir', join(file, 'sub'), '--wallet-path', folder.path);
    expect([code, stderr]).toEqual([ExitCode.usage, expect.stringContaining('VISION_CLI_FILE_UNWRITABLE')]);
  });
});
