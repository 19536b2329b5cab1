import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sdxl } from '@vision-sdk/models-mini';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkSmallModels } from '../src/doctor/model-checks.ts';
import { openInMemory } from '../src/project.ts';
import { ending, spawnVision, temporaryFolder, vision } from './vision-command.ts';

const fixture = (name: string) => join(import.meta.dirname, 'fixtures', `${name}.ts`);
const REMOTE = fixture('remote-chain-plugin');
const weightsIn = (folder: string): [string, object] => [fixture('folder-plugin'), { folder }];

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

const findingsOf = async (config: object, role?: 'miner' | 'validator') => checkSmallModels(await openInMemory(config, '.'), role);

describe('the small models on a chain that is not a local one', () => {
  const config = { plugins: [REMOTE, weightsIn(sdxl.model)], chain: 'remote' };

  it.each([
    ['wrong', 'miner'],
    ['wrong', 'validator'],
    ['note', undefined],
  ] as const)('are %s for the role %s, with what to do', async (state, role) => {
    expect(await findingsOf(config, role)).toEqual([
      {
        subject: 'small models',
        area: 'config',
        state,
        found: expect.stringMatching(/^of-a-folder: small models of @vision-sdk\/models-mini\. They know coloured shapes/),
        fix: expect.stringMatching(/^On the chain "remote" .*leave "\.\.\." out of "plugins"/),
      },
    ]);
  });

  it('are known in any copy of their package', async () => {
    const copy = join(folder.path, 'node_modules/@vision-sdk/models-mini');
    await mkdir(join(copy, 'models/sdxl'), { recursive: true });
    await folder.file('node_modules/@vision-sdk/models-mini/package.json', { name: '@vision-sdk/models-mini' });
    expect(await findingsOf({ ...config, plugins: [REMOTE, weightsIn(join(copy, 'models/sdxl'))] }, 'miner')).toHaveLength(1);
  });

  it('are told from models of other folders', async () => {
    const other = join(folder.path, 'models-mini');
    await mkdir(other);
    await folder.file('models-mini/package.json', '{ no JSON');
    expect(await findingsOf({ ...config, plugins: [REMOTE, weightsIn(join(other, 'models'))] }, 'miner')).toEqual([]);
  });

  it('are named by the doctor of a config for the subnet', async () => {
    const file = await folder.file('remote.json', { ...config, wallet: { seed: '//Alice' } });
    const { stdout } = await vision('doctor', '--json', '--role', 'miner', '--config', file);
    expect(JSON.parse(stdout).findings).toContainEqual(expect.objectContaining({ subject: 'small models', state: 'wrong' }));
  });

  it.each(['miner', 'validator'])('are warned of once when a %s starts', async (role) => {
    const file = await folder.file(`${role}.json`, {
      ...config,
      wallet: { seed: '//Alice' },
      miner: { port: 0, nonces: ':memory:' },
      validator: { store: join(folder.path, 'v.sqlite') },
    });
    const { code, stdout, stderr } = await ending(spawnVision([role, 'start', '--config', file], folder.path));
    expect(code).not.toBe(0);
    expect(`${stdout}${stderr}`.match(/"msg":"of-a-folder: small models of/g)).toHaveLength(1);
    expect(stderr).toContain('far away');
  });
});

it('the small models are welcome on the local chain, and nobody judges a chain that is not there', async () => {
  const local: [string, object] = ['@vision-sdk/plugin-local-chain', { file: join(folder.path, 'chain.sqlite') }];
  expect(await findingsOf({ plugins: [local, weightsIn(sdxl.model)] }, 'miner')).toEqual([]);
  expect(await findingsOf({ plugins: [weightsIn(sdxl.model)], chain: 'remote' }, 'miner')).toEqual([]);
});
