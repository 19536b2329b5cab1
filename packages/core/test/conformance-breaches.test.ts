import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  type Contributions,
  defineModel,
  definePlugin,
  type FilterDefinition,
  headToHead,
  type Plugin,
  type RewardModelDefinition,
} from '@vision-sdk/core';
import { pluginChecks, runChecks } from '@vision-sdk/core/testing';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import adder from './fixtures/adder-plugin.ts';

type Judge = Awaited<ReturnType<RewardModelDefinition['create']>>['judge'];

const disposable = { [Symbol.asyncDispose]: async () => {} };
const fair = headToHead((left, right) => ({ same: JSON.stringify(left) === JSON.stringify(right), similarity: 0 }));
const rewardOf = (judge: Judge): RewardModelDefinition => ({ id: 'fair', judges: '*', create: () => ({ judge, ...disposable }) });
const filterOf = (apply: (response: object) => object): FilterDefinition => ({
  id: 'stamp',
  create: () => ({ apply: async (_synapse, _request, response) => apply(response as object) as never, ...disposable }),
});

interface Parts {
  readonly name?: string;
  readonly version?: string;
  readonly given?: object;
  readonly contribute?: () => Contributions;
}

function pluginOf({
  name = 'vision-plugin-odd',
  version = '1.0.0',
  given,
  contribute = () => ({ rewards: [rewardOf(fair.judge)] }),
}: Parts): Plugin {
  const options = given === undefined ? z.strictObject({}) : z.strictObject({ value: z.unknown() });
  return definePlugin({ name, version, options, contribute })(given as never);
}

const emptyModel = (parts: object = {}) =>
  ({
    ...defineModel({ id: 'model', weights: [], resources: { memory: '1MiB' }, load: async () => disposable }),
    pipelines: [],
    ...parts,
  }) as never;

async function problemsOf(plugin: Plugin): Promise<string> {
  const results = await runChecks(await pluginChecks(plugin));
  return results.flatMap((result) => (result.ok ? [] : [`${result.name}: ${result.problem}`])).join('\n');
}

let calls = 0;
const otherApi = { ...pluginOf({}), '~vision': { ...pluginOf({})['~vision'], apiVersion: 99 } } as unknown as Plugin;

describe('a broken promise is found', () => {
  it('and none where all are kept', async () => {
    const stamp = filterOf((response) => response);
    expect(await problemsOf(pluginOf({ contribute: () => ({ rewards: [rewardOf(fair.judge)], filters: [stamp] }) }))).toBe('');
  });

  it.each<readonly [string, Plugin, RegExp]>([
    ['another plugin API', otherApi, /it speaks version 99/],
    ['a name that npm does not take', pluginOf({ name: 'Not A Name' }), /is no npm package name/],
    ['a version that is none', pluginOf({ version: 'latest' }), /"latest" is no version/],
    ['options that JSON cannot carry', pluginOf({ given: { value: new Date(0) } }), /change when they are written as JSON/],
    ['nothing contributed', pluginOf({ contribute: () => ({}) }), /contribute returns nothing/],
    [
      'something else each time',
      pluginOf({ contribute: () => ({ rewards: [{ ...rewardOf(fair.judge), id: `fair-${calls++}` }] }) }),
      /two calls with the same options gave/,
    ],
    ['a model that serves nothing', pluginOf({ contribute: () => ({ models: [emptyModel()] }) }), /it serves no synapse/],
    ['a model whose id is no name', pluginOf({ contribute: () => ({ models: [emptyModel({ id: 'My Model' })] }) }), /is not kebab-case/],
    [
      'a loaded model that frees nothing',
      pluginOf({ contribute: () => ({ models: [emptyModel({ load: async () => ({}) })] }) }),
      /has no Symbol\.asyncDispose/,
    ],
    [
      'weights of a branch',
      pluginOf({
        contribute: () => ({
          models: [emptyModel({ weights: [{ kind: 'hub', repository: 'a/b', revision: 'main', files: ['x'], bytes: 1, licence: 'MIT' }] })],
        }),
      }),
      /revision "main" is no commit/,
    ],
    [
      'a miner without a reward',
      pluginOf({ contribute: () => ({ rewards: [rewardOf(async (round, context) => (await fair.judge(round, context)).slice(1))] }) }),
      /rewards went to/,
    ],
    [
      'a reward that is no number',
      pluginOf({
        contribute: () => ({
          rewards: [
            rewardOf(async ({ answers }) => answers.map(({ neuron }) => ({ hotkey: neuron.hotkey, value: Number.NaN, reason: '' }))),
          ],
        }),
      }),
      /got NaN/,
    ],
    [
      'an accepted that is neither true nor false',
      pluginOf({
        contribute: () => ({
          rewards: [
            rewardOf(async (round, context) =>
              (await fair.judge(round, context)).map((reward) => ({ ...reward, accepted: 'yes' as unknown as boolean })),
            ),
          ],
        }),
      }),
      /has "yes" as accepted/,
    ],
    [
      'a reward model that stumbles over a failed miner',
      pluginOf({
        contribute: () => ({
          rewards: [
            rewardOf(async (round, context) => {
              if (round.answers.some(({ outcome }) => !outcome.ok)) throw new Error('no response to read');
              return fair.judge(round, context);
            }),
          ],
        }),
      }),
      /one right, one failed.*no response to read/s,
    ],
    [
      'a filter that spoils the form of a response',
      pluginOf({ contribute: () => ({ filters: [filterOf((response) => ({ ...response, image_b64s: 'one image' }))] }) }),
      /The filtered response is refused/,
    ],
  ])('%s', async (_title, plugin, says) => {
    expect(await problemsOf(plugin)).toMatch(says);
  });
});

describe('under node:test', () => {
  it('the same checks run', async () => {
    const file = fileURLToPath(new URL('fixtures/adder-plugin.node-test.ts', import.meta.url));
    // vitest's own variable would make node:test report to a parent that is not there.
    const { NODE_TEST_CONTEXT: _context, ...env } = process.env;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--conditions=@vision-sdk/source', '--no-warnings', '--test', '--test-reporter=tap', file],
      { env },
    );
    const ran = [...stdout.matchAll(/^ +ok \d+ - (.*)$/gm)].map((match) => match[1]?.replaceAll('\\', ''));
    const listed = (await pluginChecks(adder())).map(({ name }) => name);
    expect(listed.length).toBeGreaterThan(15);
    expect(ran).toEqual(expect.arrayContaining(listed));
    expect(stdout).toMatch(/^# fail 0$/m);
  });
});
