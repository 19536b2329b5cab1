import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FakeFeed } from '../../onnx/test/gpu/fake-feed.ts';
import { CUDA, fakeRuntime, LIBRARIES, ldconfig, PACKAGE } from '../../onnx/test/gpu/support.ts';
import { type GpuInstallFlags, installGpuFiles } from '../src/commands/gpu.ts';
import { filesFinding, librariesFinding } from '../src/doctor/gpu-checks.ts';
import { ExitCode } from '../src/index.ts';
import type { Terminal } from '../src/terminal.ts';
import { temporaryFolder, vision } from './vision-command.ts';

const NAMES = ['libcudart.so.12', 'libcublas.so.12', 'libcublasLt.so.12', 'libcufft.so.11', 'libcurand.so.10', 'libcudnn.so.9'];
const libraries = { readCache: async () => ldconfig(NAMES), env: {} };

/** Runs the command with a runtime of its own. */
async function install(feed: FakeFeed, flags: GpuInstallFlags = {}) {
  const runtimeFolder = await fakeRuntime(feed.index);
  const folder = await mkdtemp(join(tmpdir(), 'vision-cli-gpu-'));
  const { writeFile } = await import('node:fs/promises');
  const config = join(folder, 'vision.config.json');
  await writeFile(config, JSON.stringify({ weightsDirectory: join(folder, 'weights') }));
  const lines: string[] = [];
  const say = (text = '') => void lines.push(text);
  const terminal = {
    line: say,
    note: say,
    json: (value: unknown) => say(JSON.stringify(value)),
    interactive: false,
  } as Partial<Terminal> as Terminal;
  const place = { runtimeFolder, platform: 'linux/x64', libraries };
  const run = (more: GpuInstallFlags = {}) =>
    installGpuFiles({ args: [], flags: { json: false, color: false, debug: false, config, ...flags, ...more }, terminal }, place);
  return { run, lines, library: join(runtimeFolder, 'bin/napi-v6/linux/x64', CUDA) };
}

describe('vision gpu install', () => {
  it('installs, says what, and does nothing the second time', async () => {
    await using feed = await FakeFeed.start(PACKAGE);
    const { run, lines, library } = await install(feed);
    expect(await run()).toBe(ExitCode.ok);
    expect(await readFile(library)).toEqual(LIBRARIES[CUDA]);
    expect(lines.join('\n')).toMatch(
      /^Fetching Example.OnnxRuntime.Gpu.Linux 1.30.0 from http.*index.json\nUnpacking to .*\nlibonnxruntime_providers_cuda.so {2}878.9 KiB\nlibonnxruntime_providers_shared.so/,
    );
    lines.length = 0;
    await run();
    expect(lines.join()).toContain('there already');
    expect(feed.gets()).toHaveLength(1);
  });

  it('takes feeds, hosts, hash and file from its flags', async () => {
    await using bytes = await FakeFeed.start(PACKAGE);
    await using feed = await FakeFeed.start(PACKAGE, { catalogue: false, contentAt: `${bytes.origin}/content/` });
    await using nothing = await FakeFeed.start(PACKAGE, { answer: () => ({ status: 404 }) });
    const { run } = await install(nothing, { feed: [feed.index], allowHost: [new URL(bytes.origin).host] });
    await expect(run()).rejects.toMatchObject({ code: 'VISION_GPU_NO_DIGEST' });
    await expect(run({ file: '/nowhere.nupkg' })).rejects.toMatchObject({ code: 'VISION_GPU_PACKAGE_BROKEN' });
    const { createHash } = await import('node:crypto');
    expect(await run({ sha512: createHash('sha512').update(PACKAGE).digest('hex') })).toBe(ExitCode.ok);
    expect(nothing.requests).toEqual([]);
  });

  it('is what the command tree starts, with exit codes for scripts', async () => {
    await using folder = await temporaryFolder();
    const config = await folder.file('vision.config.json', { weightsDirectory: join(folder.path, 'weights') });
    const { code, stderr } = await vision('gpu', 'install', '--sha512', 'abc', '--config', config);
    const supported = process.platform === 'linux' && process.arch === 'x64';
    expect(code).toBe(supported ? ExitCode.usage : ExitCode.environment);
    expect(stderr).toContain(supported ? 'VISION_GPU_DIGEST_INVALID' : 'VISION_GPU_UNSUPPORTED_PLATFORM');
  });
});

describe('vision gpu status', () => {
  it('tries every kind of card and says why one does not compute', async () => {
    const { code, stdout } = await vision('gpu', 'status', '--json');
    const { findings } = JSON.parse(stdout) as { findings: { subject: string; state: string; fix?: string }[] };
    const devices = findings.filter(({ subject }) => /^(cuda|webgpu):0$/.test(subject));
    expect(devices).toHaveLength(2);
    expect(devices.every(({ state, fix }) => (state === 'ok') === (fix === undefined))).toBe(true);
    expect(code).toBe(devices.some(({ state }) => state === 'ok') ? ExitCode.ok : ExitCode.environment);
  });

  it('says which files and libraries are missing', () => {
    const wanted = {
      runtimeVersion: '1.2.3',
      folder: '/runtime',
      kind: 'cuda12',
      package: { id: 'x', version: '1' },
      feed: 'https://x',
      files: [],
    };
    const file = (name: string, state: 'present' | 'missing' | 'changed') => ({ name, path: `/runtime/${name}`, state });
    const library = (name: string, path?: string) => ({ name, path, driver: false });
    const status = {
      wanted,
      files: [file('a.so', 'present'), file('b.so', 'changed')],
      libraries: [library('c.so', '/c.so'), library('d.so')],
    };
    expect(filesFinding(status)).toMatchObject({
      state: 'note',
      found: 'b.so changed of ONNX Runtime 1.2.3 in /runtime',
      fix: 'Run `vision gpu install`.',
    });
    expect(librariesFinding(status)).toMatchObject({ state: 'note', found: 'missing: d.so' });
    const whole = { ...status, files: [file('a.so', 'present')], libraries: [library('c.so', '/c.so')] };
    expect([filesFinding(whole).state, librariesFinding(whole).state]).toEqual(['ok', 'ok']);
  });
});
