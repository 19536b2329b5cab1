import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from './vision-command.ts';

const root = join(import.meta.dirname, '..');
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let bin: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  bin = join(folder.path, 'bin', 'vision.js');
  await mkdir(join(folder.path, 'bin'));
  await cp(join(root, 'bin', 'vision.js'), bin);
  await writeFile(join(folder.path, 'package.json'), '{ "type": "module" }');
});
afterAll(() => folder[Symbol.asyncDispose]());

function run(args: readonly string[], nodeVersion = process.versions.node) {
  const pretend = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${nodeVersion}' } })`;
  const { status, stderr, stdout } = spawnSync(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`, bin, ...args],
    { encoding: 'utf8', env: { ...process.env, HOME: join(folder.path, 'home'), TMPDIR: join(folder.path, 'tmp') } },
  );
  return { status, stderr, stdout };
}

describe('bin/vision.js', () => {
  it.each(['18.20.4', '20.20.2', '22.17.1'])('says on Node %s what it needs and what to do', (version) => {
    const { status, stderr } = run(['--help'], version);
    expect(status).toBe(5);
    expect(stderr).toMatch(new RegExp(`needs Node 22.18 or newer and was started by Node ${version.replaceAll('.', '\\.')}`));
    expect(stderr).toContain('npx vision');
    expect(stderr).not.toContain('    at ');
  });

  it('says when it was not built', () => {
    expect(run(['--help'])).toMatchObject({ status: 5, stderr: expect.stringMatching(/has not been built.*\n.*npm run build/) });
  });

  it.each(['22.18.0', '23.0.0', '24.21.0'])('runs dist on Node %s and ends with its exit code', async (version) => {
    await mkdir(join(folder.path, 'dist'), { recursive: true });
    await writeFile(join(folder.path, 'dist', 'index.js'), 'export const main = async (argv) => argv.length + 1;');
    expect(run(['a', 'b'], version)).toEqual({ status: 5, stderr: '', stdout: '' });
    await writeFile(join(folder.path, 'dist', 'index.js'), 'import "not-installed"; export const main = 1;');
    expect(run([], version)).toMatchObject({ status: 5, stderr: expect.stringMatching(/could not start.*not-installed.*\n.*npm ci/) });
    await rm(join(folder.path, 'dist'), { recursive: true });
  });

  it('keeps what it compiles in the folder of its user, never in the one for temporary files that all users share', async () => {
    await mkdir(join(folder.path, 'dist'), { recursive: true });
    await writeFile(join(folder.path, 'dist', 'index.js'), 'export const main = async () => 0;');
    expect(run([]).status).toBe(0);
    expect(existsSync(join(folder.path, 'home', '.cache', 'vision-sdk', 'compiled'))).toBe(true);
    expect(existsSync(join(folder.path, 'tmp', 'node-compile-cache'))).toBe(false);
    await rm(join(folder.path, 'dist'), { recursive: true });
  });

  it('is a program that the shell can start', async () => {
    expect((await stat(join(root, 'bin', 'vision.js'))).mode & 0o111).toBe(0o111);
    expect(await readFile(join(root, 'bin', 'vision.js'), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
  });
});
