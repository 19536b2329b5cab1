import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { loadConfig, resolveConfig } from '../../src/host/config.ts';
import { configJsonSchema, defineConfig, type VisionConfig } from '../../src/host/config-schema.ts';
import { errorOf } from './support.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vision-config-'));
  await writeFile(join(folder, 'package.json'), '{}');
});
const write = async (name: string, text: string) => await writeFile(join(folder, name), text);

describe('loadConfig', () => {
  it('has a default for everything', async () => {
    const { config, file } = await loadConfig({ cwd: folder });
    expect(file).toBeUndefined();
    const { cpu, ...others } = config.devices;
    expect(others).toEqual({});
    expect(cpu).toMatchObject({ memory: expect.stringMatching(/[GT]iB$/), threads: expect.any(Number), queue: 32 });
    expect({ ...config, devices: undefined }).toMatchSnapshot();
  });

  it.each([
    ['vision.config.json', '{ "netuid": 5, "miner": { "port": 1234 } }'],
    ['vision.config.yaml', 'netuid: 5\nminer:\n  port: 1234\n'],
    ['vision.config.yml', 'netuid: 5\nminer: { port: 1234 }\n'],
    ['vision.config.js', 'export default { netuid: 5, miner: { port: 1234 } };'],
    ['vision.config.mjs', 'export default { netuid: 5, miner: { port: 1234 } };'],
    ['vision.config.ts', 'const netuid: number = 5;\nexport default { netuid, miner: { port: 1234 } };'],
  ])('reads %s', async (name, text) => {
    if (name.endsWith('.js')) await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
    await write(name, text);
    const loaded = await loadConfig({ cwd: folder });
    expect(loaded.config).toMatchObject({ netuid: 5, miner: { port: 1234, minStakeTao: 5000 } });
    expect(loaded.file).toBe(join(folder, name));
    expect(loaded.folder).toBe(folder);
  });

  it('looks upwards to the root of the project, and takes a file by name', async () => {
    await mkdir(join(folder, 'deep', 'er'), { recursive: true });
    await write('vision.config.json', '{ "netuid": 7 }');
    await write('other.yaml', 'netuid: 8\n');
    expect((await loadConfig({ cwd: join(folder, 'deep', 'er') })).config.netuid).toBe(7);
    expect((await loadConfig({ cwd: folder, file: 'other.yaml' })).config.netuid).toBe(8);
  });

  it('takes an empty file for an empty config', async () => {
    await write('vision.config.yaml', '# nothing yet\n');
    expect((await loadConfig({ cwd: folder })).config.netuid).toBe(19);
  });

  it('keeps plugin values and names', async () => {
    await write('vision.config.json', '{ "plugins": ["a", ["./b.js", { "steps": 4 }]] }');
    expect((await loadConfig({ cwd: folder })).config.plugins).toEqual(['a', ['./b.js', { steps: 4 }]]);
  });

  it('takes what the caller says where a config says nothing', async () => {
    const defaults = { plugins: ['brought'], netuid: 7 };
    expect((await loadConfig({ cwd: folder, defaults })).config).toMatchObject(defaults);
    await write('vision.config.yaml', '# nothing yet\n');
    expect((await loadConfig({ cwd: folder, defaults })).config).toMatchObject(defaults);
    await write('vision.config.yaml', 'netuid: 8\n');
    expect((await loadConfig({ cwd: folder, defaults })).config).toMatchObject({ ...defaults, netuid: 8 });
    await write('vision.config.yaml', 'plugins: []\n');
    expect((await loadConfig({ cwd: folder, defaults })).config.plugins).toEqual([]);
    await write('other.config.mjs', 'export default { netuid: 8, plugins: undefined };\n');
    expect((await loadConfig({ cwd: folder, file: 'other.config.mjs', defaults })).config).toMatchObject({ ...defaults, netuid: 8 });
  });

  it.each<readonly [string, readonly unknown[], readonly unknown[]]>([
    ['before the others', ['...', 'mine'], ['one', ['two', { size: 1 }], 'mine']],
    ['behind them', ['mine', '...'], ['mine', 'one', ['two', { size: 1 }]]],
    [
      'but for what is named',
      [['one', { size: 2 }], '...'],
      [
        ['one', { size: 2 }],
        ['two', { size: 1 }],
      ],
    ],
    ['once', ['...', '...'], ['one', ['two', { size: 1 }]]],
    ['alone', ['...'], ['one', ['two', { size: 1 }]]],
  ])('puts the plugins of a config that names none where one says "...": %s', async (_, plugins, expected) => {
    await write('vision.config.json', JSON.stringify({ plugins }));
    const defaults = { plugins: ['one', ['two', { size: 1 }] as [string, object]] } as VisionConfig;
    expect((await loadConfig({ cwd: folder, defaults })).config.plugins).toEqual(expected);
  });

  it.each([
    ['{}', true],
    ['{ "plugins": ["mine", "..."] }', true],
    ['{ "plugins": ["mine"] }', false],
    ['{ "plugins": [] }', false],
  ])('says whether the plugins are those of a config that names none: %s', async (text, takesDefaults) => {
    expect((await loadConfig({ cwd: folder })).takesDefaults).toBe(true);
    await write('vision.config.json', text);
    expect((await loadConfig({ cwd: folder })).takesDefaults).toBe(takesDefaults);
  });

  it('has defaults of its own for "..."', () => {
    expect(resolveConfig({ plugins: ['...'] }).plugins).toEqual(resolveConfig({}).plugins);
  });

  it('refuses what is no object, whatever the caller says', async () => {
    await write('vision.config.yaml', '- a\n');
    expect((await errorOf(loadConfig({ cwd: folder, defaults: { netuid: 7 } }))).code).toBe('VISION_HOST_CONFIG_INVALID');
  });

  it('passes on where else plugins are', async () => {
    expect(await loadConfig({ cwd: folder, beside: 'file:///program.js' })).toMatchObject({ beside: 'file:///program.js' });
    await write('vision.config.json', '{}');
    expect(await loadConfig({ cwd: folder, beside: 'file:///program.js' })).toMatchObject({ beside: 'file:///program.js' });
    expect(await loadConfig({ cwd: folder })).not.toHaveProperty('beside');
  });
});

describe('faults of a config file', () => {
  it.each([
    ['vision.config.yaml', 'netuid: 5\n  miner: 1\n', 'bad indentation'],
    ['vision.config.json', '{ "netuid": 5, }', 'double-quoted'],
    ['vision.config.mjs', 'export default {', ''],
    ['vision.config.mjs', 'export const config = {};', 'it has no default export'],
    ['vision.config.mjs', 'throw new Error("no luck today");', 'no luck today'],
  ])('names %s when it cannot be read: %j', async (name, text, reason) => {
    await write(name, text);
    const error = await errorOf(loadConfig({ cwd: folder }));
    expect(error.code).toBe('VISION_HOST_CONFIG_UNREADABLE');
    expect(error.message).toContain(join(folder, name));
    expect(error.message).toContain(reason);
  });

  it('says so when the named file is not there', async () => {
    const error = await errorOf(loadConfig({ cwd: folder, file: 'gone.yaml' }));
    expect(error.code).toBe('VISION_HOST_CONFIG_NOT_FOUND');
    expect(error.message).toContain(join(folder, 'gone.yaml'));
  });

  it('names file, path and the right spelling of a mistyped key', async () => {
    await write('vision.config.yaml', 'validator:\n  perriodMs: 5\n');
    const error = await errorOf(loadConfig({ cwd: folder }));
    expect(error.code).toBe('VISION_HOST_CONFIG_INVALID');
    expect(error.message).toBe(
      `${join(folder, 'vision.config.yaml')} is not valid:\n  - validator.perriodMs: unknown key, did you mean "periodMs"?`,
    );
  });

  it.each<[object, string]>([
    [{ minner: {} }, 'minner: unknown key, did you mean "miner"?'],
    [{ xyzzy: 1 }, 'xyzzy: unknown key'],
    [{ validator: { gateway: { apiKey: 'long enough', prot: 1 } } }, 'validator.gateway.prot: unknown key, did you mean "port"?'],
    [{ validator: { prompts: { flie: 'x' } } }, 'validator.prompts.flie: unknown key, did you mean "file"?'],
    [{ devices: { 'cuda:0': { memory: '24GiB', treads: 2 } } }, 'devices["cuda:0"].treads: unknown key, did you mean "threads"?'],
    [
      { devices: { 'cuda:0': { memory: '24 gigs' } } },
      'devices["cuda:0"].memory: expected a size such as "7.5GiB" or "300MiB", got "24 gigs"',
    ],
    [{ devices: { 'cuda:0': {} } }, 'devices["cuda:0"].memory: required for a device that is not cpu'],
    [{ devices: { 'GPU zero': { memory: '1GiB' } } }, 'devices["GPU zero"]: expected a device such as "cpu", "cuda:0" or "webgpu:0"'],
    [{ validator: { periodMs: 0 } }, 'validator.periodMs: Too small: expected number to be >=1, got 0'],
    [{ validator: { periodMs: '10 min' } }, 'validator.periodMs: Invalid input: expected number, received string, got "10 min"'],
    [{ validator: { auditRate: Number.NaN } }, 'validator.auditRate: Invalid input: expected number, received NaN'],
    [{ logLevel: 'wran' }, 'logLevel: Invalid option: expected one of "debug"|"info"|"warn"|"error"|"silent", did you mean "warn"?'],
    [{ plugins: ['ok', 5] }, 'plugins[1]: expected a plugin, its package name or path, or [name, options], got 5'],
    [
      { plugins: [() => {}] },
      'plugins[0]: expected a plugin, its package name or path, or [name, options], got a function; call it to get the plugin',
    ],
    [{ placement: { sdxl: { unet: 3 } } }, 'placement.sdxl'],
    [{ wallet: { seed: 'hunter2' } }, 'wallet.seed: expected 0x and 64 hex digits, or a development key such as //Alice'],
  ])('%j', (config, problem) => {
    const error = resolveFailure(config);
    expect(error.message).toContain(`  - ${problem}`);
    expect(error.message).not.toContain('hunter2');
  });

  it('lists all problems at once', () => {
    expect(resolveFailure({ a: 1, miner: { port: 70_000 } }).message.split('\n')).toHaveLength(3);
  });

  it('ignores no prototype tricks', () => {
    expect(resolveFailure(JSON.parse('{ "__proto__": { "netuid": 1 } }')).message).toContain('__proto__');
  });
});

function resolveFailure(config: object): Error {
  try {
    resolveConfig(config);
  } catch (error) {
    return error as Error;
  }
  throw new Error('the config was accepted');
}

describe('configJsonSchema', () => {
  it('describes every key for editors', () => {
    const schema = configJsonSchema() as { properties: Record<string, { description?: string }> };
    expect(Object.keys(schema.properties)).toEqual(
      Object.keys(resolveConfig({ $schema: 'x' })).sort(
        (a, b) => Object.keys(schema.properties).indexOf(a) - Object.keys(schema.properties).indexOf(b),
      ),
    );
    expect(Object.values(schema.properties).every(({ description }) => description !== undefined)).toBe(true);
  });
});

describe('defineConfig', () => {
  it('types a config and returns it', () => {
    const config = defineConfig({ netuid: 5, devices: { cpu: { threads: 2 } } });
    expect(resolveConfig(config).devices.cpu?.threads).toBe(2);
    // @ts-expect-error: a mistyped key shows in the editor
    defineConfig({ netuit: 5 });
  });
});
