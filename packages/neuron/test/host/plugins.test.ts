import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { resolvePlugin, resolvePlugins } from '../../src/host/plugins.ts';
import faulty from './fixtures/faulty-plugin.ts';
import { errorOf } from './support.ts';

// What definePlugin makes, written out: these files lie outside the workspace and can import nothing of it.
const SOURCE = `
const schema = { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }), jsonSchema: { input: () => ({}), output: () => ({}) } } };
export default (given) => ({
  '~vision': { kind: 'plugin', apiVersion: 1 }, name: 'NAME', version: '1.0.0', options: schema, requires: [], given: given ?? {}, contribute: () => ({}),
});`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vision-plugins-'));
});

async function install(name: string, files: Readonly<Record<string, string>>, exports: unknown = './index.js'): Promise<void> {
  const root = join(folder, 'node_modules', name);
  await mkdir(root, { recursive: true });
  await writeFile(join(root, 'package.json'), JSON.stringify({ name, version: '1.0.0', type: 'module', exports }));
  for (const [file, text] of Object.entries(files)) await writeFile(join(root, file), text);
}

describe('resolvePlugins', () => {
  it('takes a value as it is', async () => {
    const plugin = faulty({});
    expect(await resolvePlugins({ plugins: [plugin] }, folder)).toEqual([plugin]);
  });

  it('finds a package, also one that only exports for import, from the folder of the config', async () => {
    await install('vision-plugin-x', { 'index.js': SOURCE.replace('NAME', 'vision-plugin-x') }, { '.': { import: './index.js' } });
    expect(await resolvePlugin('vision-plugin-x', folder)).toMatchObject({ name: 'vision-plugin-x', given: {} });
  });

  it('passes options on', async () => {
    await install('vision-plugin-x', { 'index.js': SOURCE });
    expect((await resolvePlugin(['vision-plugin-x', { steps: 4 }], folder)).given).toEqual({ steps: 4 });
  });

  it('finds a file, a folder and an absolute path', async () => {
    await writeFile(join(folder, 'mine.mjs'), SOURCE.replace('NAME', 'mine'));
    await install('folded', { 'index.js': SOURCE.replace('NAME', 'folded') });
    expect((await resolvePlugin('./mine.mjs', folder)).name).toBe('mine');
    expect((await resolvePlugin(join(folder, 'mine.mjs'), '/')).name).toBe('mine');
    expect((await resolvePlugin(pathToFileURL(join(folder, 'mine.mjs')).href, '/')).name).toBe('mine');
    expect((await resolvePlugin('./node_modules/folded', folder)).name).toBe('folded');
  });
});

describe('a program that brings plugins along', () => {
  it('has those that the folder of the config has not', async () => {
    await install('vision-plugin-x', { 'index.js': SOURCE.replace('NAME', 'brought') });
    const beside = pathToFileURL(join(folder, 'program.js')).href;
    expect((await resolvePlugin('vision-plugin-x', tmpdir(), beside)).name).toBe('brought');
    expect(await resolvePlugins({ plugins: ['vision-plugin-x'] }, tmpdir(), beside)).toMatchObject([{ name: 'brought' }]);
  });

  it('does not win over the folder of the config', async () => {
    await install('vision-plugin-x', { 'index.js': SOURCE.replace('NAME', 'brought') });
    const brought = pathToFileURL(join(folder, 'program.js')).href;
    folder = await mkdtemp(join(tmpdir(), 'vision-plugins-'));
    await install('vision-plugin-x', { 'index.js': SOURCE.replace('NAME', 'own') });
    expect((await resolvePlugin('vision-plugin-x', folder, brought)).name).toBe('own');
  });
});

describe('faults of plugin names', () => {
  it('tells how to install a package that is not there', async () => {
    const error = await errorOf(resolvePlugin('vision-plugin-gone', folder));
    expect(error.code).toBe('VISION_HOST_PLUGIN_NOT_FOUND');
    expect(error.hint).toBe('Run `npm install vision-plugin-gone` in the folder of the config.');
  });

  it('tells that a path leads nowhere', async () => {
    const error = await errorOf(resolvePlugin('./gone.mjs', folder));
    expect(error.message).toBe(`The plugin "./gone.mjs" cannot be found from ${folder}.`);
    expect(error.hint).toContain('relative to the config file');
  });

  it.each([
    ['export const plugin = 1, more = 2;', 'PLUGIN_NO_DEFAULT', 'this one exports more, plugin.'],
    ['export default 42;', 'NOT_A_PLUGIN', 'definePlugin()'],
    ['export default null;', 'NOT_A_PLUGIN', 'definePlugin()'],
    ['export default () => ({ name: "x" });', 'NOT_A_PLUGIN', 'definePlugin()'],
    ['export default {', 'PLUGIN_IMPORT', 'npm install'],
    ['import "not-installed-anywhere";', 'PLUGIN_IMPORT', 'npm install'],
  ])('%s', async (text, code, hint) => {
    await writeFile(join(folder, 'bad.mjs'), text);
    const error = await errorOf(resolvePlugin('./bad.mjs', folder));
    expect(error.code).toBe(`VISION_HOST_${code}`);
    expect(error.message).toContain('"./bad.mjs"');
    expect(error.hint).toContain(hint);
  });

  it('names a plugin whose package hides its entry', async () => {
    await install('vision-plugin-shut', { 'index.js': SOURCE }, { './other': './index.js' });
    expect((await errorOf(resolvePlugin('vision-plugin-shut', folder))).code).toBe('VISION_HOST_PLUGIN_IMPORT');
  });

  it('names a plugin that throws when it is called', async () => {
    await writeFile(join(folder, 'bad.mjs'), 'export default () => { throw new Error("no thanks"); };');
    expect((await errorOf(resolvePlugin('./bad.mjs', folder))).message).toBe(
      'The plugin "./bad.mjs" fails while it is imported: no thanks',
    );
  });

  it('says what is wrong with a package folder that is not built, or whose package.json is broken', async () => {
    await install('vision-plugin-unbuilt', {});
    const unbuilt = await errorOf(resolvePlugins({ plugins: ['./node_modules/vision-plugin-unbuilt'] }, folder));
    expect(unbuilt).toMatchObject({ code: 'VISION_HOST_PLUGIN_NOT_FOUND', hint: expect.stringContaining('has to be built') });
    await writeFile(join(folder, 'package.json'), '{ "name": ');
    const broken = await errorOf(resolvePlugins({ plugins: [folder] }, folder));
    expect(broken).toMatchObject({ code: 'VISION_HOST_PLUGIN_IMPORT', message: expect.stringContaining('package.json is no JSON') });
  });
});
