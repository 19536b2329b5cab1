import type { Plugin } from '@vision-sdk/core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { leftOutPlugins } from '../src/default-plugins.ts';
import { ExitCode } from '../src/index.ts';
import { openConfig } from '../src/project.ts';
import { temporaryFolder, vision } from './vision-command.ts';

vi.mock('@vision-sdk/models-mini', () => {
  const painter = { model: '/nowhere/sdxl', licence: 'MIT' };
  return {
    sdxl: painter,
    kandinsky: painter,
    scribble: { ...painter, controlnet: '/nowhere/control-scribble' },
    canny: painter,
    clip: { model: '/nowhere/clip', licence: 'MIT' },
  };
});

const PAINTERS = ['sdxl-turbo', 'kandinsky', 'scribble', 'controlnet', 'clip'].map((name) => `@vision-sdk/plugin-${name}`);
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

let files = 0;
const configOf = (config: object) => {
  files += 1;
  return folder.file(`${files}.json`, { wallet: { seed: '//Alice' }, ...config });
};

describe('default plugins whose weights are missing', () => {
  it.each<readonly [string, object, readonly string[]]>([
    ['a config without plugins', {}, PAINTERS],
    ['a config with "..."', { plugins: ['...'] }, PAINTERS],
    [
      'a config that has options of its own for one',
      { plugins: ['...', ['@vision-sdk/plugin-clip', { model: '/own' }]] },
      PAINTERS.slice(0, -1),
    ],
    ['a config that wants no defaults', { plugins: ['@vision-sdk/plugin-upscale'] }, []],
  ])('are left out of %s', async (_, config, expected) => {
    const loaded = await openConfig({ config: await configOf(config) } as never);
    expect(leftOutPlugins(loaded).map(({ plugin }) => plugin)).toEqual(expected);
  });

  it('are no matter where a config brings the plugin itself', async () => {
    const own = { name: '@vision-sdk/plugin-clip' } as Plugin;
    const { config } = await openConfig({ config: await configOf({}) } as never);
    const leftOut = leftOutPlugins({ config: { ...config, plugins: [own] }, takesDefaults: true });
    expect(leftOut.map(({ plugin }) => plugin)).toEqual(PAINTERS.slice(0, -1));
  });

  it('are named with all that is not there', async () => {
    const left = leftOutPlugins(await openConfig({ config: await configOf({}) } as never));
    expect(left.find(({ plugin }) => plugin.endsWith('scribble'))?.missing).toEqual(['/nowhere/sdxl', '/nowhere/control-scribble']);
  });

  it('are named by the doctor, with what to do', async () => {
    const { code, stdout } = await vision('doctor', '--json', '--config', await configOf({}));
    const wrong = JSON.parse(stdout).findings.filter(({ state }: { state: string }) => state === 'wrong');
    expect(wrong.map(({ subject }: { subject: string }) => subject)).toEqual(PAINTERS.map((name) => `default plugin ${name}`));
    expect(wrong[0]).toMatchObject({
      found: expect.stringContaining('/nowhere/sdxl'),
      fix: expect.stringContaining('@vision-sdk/models-mini'),
    });
    expect(code).toBe(ExitCode.environment);
  });

  it('are why an operation is not there', async () => {
    const { code, stderr } = await vision('run', 'text-to-image', '--prompt', 'a red circle', '--json', '--config', await configOf({}));
    const { error } = JSON.parse(stderr);
    expect([code, error.code]).toEqual([ExitCode.usage, 'VISION_CLI_SYNAPSE_UNKNOWN']);
    expect(error.message).toContain(`left out, because their weights are missing: ${PAINTERS.join(', ')}.`);
    expect(error.hint).toMatch(/^`vision doctor` says what is missing\. Use one of: .*upscale/);
  });

  it('are no matter to a config that does without them', async () => {
    const config = await configOf({ plugins: ['@vision-sdk/plugin-upscale'] });
    const { error } = JSON.parse((await vision('run', 'text-to-image', '--json', '--config', config)).stderr);
    expect(error).toMatchObject({
      message: 'There is no operation "text-to-image" among the configured plugins.',
      hint: 'Use one of: upscale.',
    });
  });
});
