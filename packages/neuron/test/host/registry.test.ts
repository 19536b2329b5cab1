import { type Contributions, defineModel, definePlugin, defineSynapse, type Plugin } from '@vision-sdk/core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createRegistry } from '../../src/host/registry.ts';
import { REGISTRY_CHECKS } from '../../src/host/registry-checks.ts';
import { errorOf } from './support.ts';

const synapse = (name: string, version = 1, request = z.object({ n: z.number() })) =>
  defineSynapse({ name, version, timeoutMs: 1000, request, response: z.object({ n: z.number() }) });
const load = async () => ({ [Symbol.asyncDispose]: async () => {} });
const Add = synapse('Add');
const serving = (what = Add) => ({ synapse: what, sample: () => ({ n: 1 }), run: async () => ({ n: 1 }) });
const model = (id: string, memory = '1GiB', what = Add) =>
  defineModel({ id, weights: [], resources: { memory }, load }).serve(serving(what));

function plugin(
  name: string,
  contributions: Contributions | (() => Contributions),
  more: Partial<Parameters<typeof definePlugin>[0]> = {},
): Plugin {
  const contribute = () => (typeof contributions === 'function' ? contributions() : contributions);
  return definePlugin({ name, version: '1.0.0', options: z.strictObject({}), contribute, ...more })();
}

describe('createRegistry', () => {
  it('gathers what plugins contribute', async () => {
    const Other = synapse('Other');
    const both = model('both').serve(serving(Other));
    const registry = await createRegistry([plugin('a', { models: [both] }), plugin('b', { models: [model('second')] })]);
    expect([...registry.models.keys()]).toEqual(['both', 'second']);
    expect([...registry.synapses.keys()]).toEqual(['Add@1', 'Other@1']);
    expect(registry.pipelinesFor({ name: 'Add', version: 1 }).map((entry) => [entry.plugin.name, entry.model.id])).toEqual([
      ['a', 'both'],
      ['b', 'second'],
    ]);
    expect(registry.pipelinesFor({ name: 'Add', version: 2 })).toEqual([]);
  });

  it('compares synapses by what they say, since two copies of a package may be installed', async () => {
    const registry = await createRegistry([
      plugin('a', { models: [model('x', '1GiB', synapse('Add'))] }),
      plugin('b', { models: [model('y', '1GiB', synapse('Add'))] }),
    ]);
    expect(registry.synapses.size).toBe(1);
  });

  it('runs its checks in a fixed order', () => {
    const names = [...REGISTRY_CHECKS.plugins, ...REGISTRY_CHECKS.contributions].map(({ name }) => name);
    expect(names).toEqual(['api version', 'requires', 'shape', 'duplicates', 'synapses agree', 'resources']);
  });

  it('accepts the same plugin twice when what it contributes differs', async () => {
    const named = definePlugin({
      name: 'n',
      version: '1.0.0',
      options: z.strictObject({ id: z.string() }),
      contribute: ({ id }) => ({ models: [model(id)] }),
    });
    expect([...(await createRegistry([named({ id: 'a' }), named({ id: 'b' })])).models.keys()]).toEqual(['a', 'b']);
  });
});

const future = (apiVersion: number) => ({ ...plugin('future', {}), '~vision': { kind: 'plugin', apiVersion } as const });
const twoRequests = synapse('Add', 1, z.object({ n: z.number().max(3) }));
const faults: readonly [string, readonly Plugin[], string, string][] = [
  ['a plugin for a newer contract', [future(99)], 'API_VERSION', 'Plugin future is written for plugin API 99; this host runs 1.'],
  ['a missing dependency', [plugin('a', {}, { requires: ['b'] })], 'REQUIRES', 'Plugin a needs b, which is not configured.'],
  [
    'a dependency in the wrong order',
    [plugin('a', {}, { requires: ['b'] }), plugin('b', {})],
    'REQUIRES',
    'Plugin a needs b, which is listed after it.',
  ],
  [
    'options of the wrong shape',
    [{ ...plugin('a', {}), given: { steps: 1 } }],
    'OPTIONS',
    'The options of plugin a are not valid: Unrecognized key: "steps".',
  ],
  [
    'a misspelt option',
    [{ ...plugin('a', {}), options: z.strictObject({ folder: z.string().optional() }), given: { fodler: 'x' } }],
    'OPTIONS',
    'The options of plugin a are not valid: Unrecognized key: "fodler" (did you mean "folder"?).',
  ],
  [
    'contribute that throws',
    [
      plugin('a', () => {
        throw new Error('no paint');
      }),
    ],
    'CONTRIBUTE',
    'Plugin a failed while it told what it contributes: no paint',
  ],
  [
    'a plugin listed twice',
    [plugin('a', { models: [model('m')] }), plugin('a', { models: [model('m')] })],
    'DUPLICATE',
    'The model "m" comes twice from a.',
  ],
  [
    'one id from two plugins',
    [plugin('a', { models: [model('m')] }), plugin('b', { models: [model('m')] })],
    'DUPLICATE',
    'The model "m" comes from both a and b.',
  ],
  [
    'one reward model from two plugins',
    ['a', 'b'].map((name) =>
      plugin(name, {
        rewards: [{ id: 'r', judges: '*', create: () => ({ judge: async () => [], [Symbol.asyncDispose]: async () => {} }) }],
      }),
    ),
    'DUPLICATE',
    'The reward model "r" comes from both a and b.',
  ],
  [
    'two synapses of one name',
    [plugin('a', { models: [model('m')] }), plugin('b', { models: [model('n', '1GiB', twoRequests)] })],
    'SYNAPSE_CONFLICT',
    'a and b declare the synapse Add@1 differently.',
  ],
  [
    'an id that is not kebab-case',
    [plugin('a', { models: [model('My_Model')] })],
    'RESOURCES',
    'Plugin a declares the id of a model wrongly: "My_Model" is not kebab-case.',
  ],
  [
    'memory that cannot be read',
    [plugin('a', { models: [model('m', '7,5GB')] })],
    'RESOURCES',
    'resources.memory of model "m" wrongly: "7,5GB" is not a size',
  ],
  [
    'a model without pipelines',
    [plugin('a', { models: [defineModel({ id: 'm', weights: [], resources: { memory: '1GiB' }, load })] })],
    'RESOURCES',
    'it serves no synapse',
  ],
  ['one synapse twice in one model', [plugin('a', { models: [model('m').serve(serving())] })], 'RESOURCES', 'Add@1 is served twice'],
  [
    'a synapse name that is no wire name',
    [plugin('a', { models: [model('m', '1GiB', synapse('add-it'))] })],
    'RESOURCES',
    '"add-it" is not PascalCase',
  ],
  ['contributions that are no object', [plugin('a', () => undefined as never)], 'RESOURCES', 'contribute() must return an object'],
];

describe('faults of plugins', () => {
  it.each(faults)('%s', async (_, plugins, code, message) => {
    const error = await errorOf(createRegistry(plugins));
    expect(error.code).toBe(`VISION_HOST_${code}`);
    expect(error.message).toContain(message);
    expect(error.hint).toMatch(/\.$/);
  });

  it('says what to do', async () => {
    const hints = await Promise.all(faults.map(async ([name, plugins]) => `${name}: ${(await errorOf(createRegistry(plugins))).hint}`));
    expect(hints).toMatchSnapshot();
  });
});
