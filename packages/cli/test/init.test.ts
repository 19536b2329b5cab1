import { configSchema, type VisionConfig } from '@vision-sdk/neuron/host';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ask, type InitFacts, type InitFlags } from '../src/init/ask.ts';
import { type Asker, silentAsker } from '../src/init/asker.ts';
import { configName, renderConfig, renderStartScript } from '../src/init/render.ts';
import { toConfig, withoutDefaults } from '../src/init/to-config.ts';

const facts: InitFacts = {
  modelsOf: async () => ['vision-x2', 'sdxl-turbo'],
  memoryOf: (device) => (device === 'cuda:0' ? '24GiB' : undefined),
};

async function configsFor(flags: InitFlags, asker: Asker = silentAsker) {
  const answers = await ask(flags, asker, facts);
  return answers.neurons.map((neuron) => toConfig(answers, neuron));
}

/** Answers by the start of the question; takes defaults for the rest, and each scripted answer once. */
function scripted(answers: readonly (readonly [string, string | boolean])[]): Asker & { readonly asked: string[] } {
  const left = [...answers];
  const asked: string[] = [];
  const next = (question: string, initial: unknown) => {
    asked.push(question);
    const at = left.findIndex(([start]) => question.startsWith(start));
    return at < 0 ? initial : left.splice(at, 1)[0]?.[1];
  };
  return {
    asked,
    text: async (question, initial, check) => {
      const answer = next(question, initial) as string;
      expect(check?.(answer), `${question}: ${answer}`).toBeUndefined();
      return answer;
    },
    choose: async (question, _choices, initial) => next(question, initial) as never,
    confirm: async (question, initial) => next(question, initial) as boolean,
  };
}

describe('init', () => {
  it('has a default for every question, and they make a valid config', async () => {
    const [config] = await configsFor({});
    expect(configSchema.parse(config)).toMatchObject({ netuid: 19, chain: 'local-chain', miner: { port: 8091, minStakeTao: 0 } });
    expect(config).toMatchObject({ wallet: { name: 'default', hotkey: 'default' }, devices: { cpu: {} } });
  });

  it.each<readonly [string, InitFlags, VisionConfig['plugins']]>([
    ['a chain of its own', {}, undefined],
    [
      'a chain with options',
      { chainOption: ['tempo=20'] },
      [['@vision-sdk/plugin-local-chain', { file: '.vision/chain.sqlite', tempo: 20 }], '...'],
    ],
    [
      'more beside them',
      { plugin: ['...', 'vision-plugin-mine'] },
      [['@vision-sdk/plugin-local-chain', { file: '.vision/chain.sqlite' }], '...', 'vision-plugin-mine'],
    ],
    [
      'another plugin for that chain',
      { chainPlugin: './chain.ts', plugin: ['...'] },
      [['./chain.ts', { file: '.vision/chain.sqlite' }], '...'],
    ],
  ])('serves the built-in models by default, which needs no plugins in the config where it is enough: %s', async (_, flags, plugins) => {
    const [config] = await configsFor(flags);
    expect(withoutDefaults(config!).plugins).toEqual(plugins);
  });

  it('asks which plugins serve where the built-in models do not, and on other chains always', async () => {
    const asker = scripted([['Serve the built-in', false]]);
    const [config] = await configsFor({}, asker);
    expect(asker.asked).toContain('Plugins with models, by package name');
    const own = ['@vision-sdk/plugin-upscale', '@vision-sdk/plugin-image-similarity'];
    expect(withoutDefaults(config!).plugins).toEqual([['@vision-sdk/plugin-local-chain', { file: '.vision/chain.sqlite' }], ...own]);

    const elsewhere = scripted([]);
    const [other] = await configsFor({ chain: 'subtensor', chainPlugin: '@vision-sdk/plugin-subtensor' }, elsewhere);
    expect(elsewhere.asked.filter((question) => question.startsWith('Serve the built-in'))).toEqual([]);
    expect(withoutDefaults(other!).plugins).toEqual(['@vision-sdk/plugin-subtensor', ...own]);
  });

  it('takes every answer as a flag, and then asks nothing', async () => {
    const asker = scripted([]);
    const [config] = await configsFor(
      {
        wallet: 'w',
        walletPath: '/wallets',
        hotkey: ['h:validator:9000'],
        netuid: 1,
        chain: 'subtensor',
        chainPlugin: '@vision-sdk/plugin-subtensor',
        chainOption: ['endpoint=ws://127.0.0.1:9944', 'retries=3'],
        plugin: ['@vision-sdk/plugin-upscale', '@vision-sdk/plugin-clip={"model": "./weights/clip", "text": true}'],
        device: 'cuda:0',
        deviceMemory: '20GiB',
        place: ['clip=cpu'],
        apiKey: 'secret-key',
      },
      asker,
    );
    expect(asker.asked.filter((question) => !question.startsWith('Memory that models may take on cpu'))).toEqual([]);
    expect(config).toEqual({
      plugins: [
        ['@vision-sdk/plugin-subtensor', { endpoint: 'ws://127.0.0.1:9944', retries: 3 }],
        '@vision-sdk/plugin-upscale',
        ['@vision-sdk/plugin-clip', { model: './weights/clip', text: true }],
        '@vision-sdk/plugin-image-similarity',
      ],
      netuid: 1,
      chain: 'subtensor',
      wallet: { path: '/wallets', name: 'w', hotkey: 'h' },
      devices: { 'cuda:0': { memory: '20GiB' }, cpu: {} },
      placement: { clip: 'cpu' },
      validator: { store: '.vision/h.sqlite', gateway: { port: 9000, apiKey: 'secret-key' } },
    });
  });

  it('asks for further hotkeys until there are no more, and counts ports up', async () => {
    const asker = scripted([
      ['Hotkey name', 'one'],
      ['Another hotkey', true],
      ['Hotkey name', 'two'],
      ['Another hotkey', true],
      ['Hotkey name', 'judge'],
      ['What does it run', 'miner'],
      ['What does it run', 'miner'],
      ['What does it run', 'validator'],
    ]);
    const configs = await configsFor({}, asker);
    expect(configs.map(({ wallet, miner, validator }) => [wallet?.hotkey, miner?.port ?? validator?.gateway?.port])).toEqual([
      ['one', 8091],
      ['two', 8092],
      ['judge', 8080],
    ]);
    for (const config of configs) expect(configSchema.safeParse(config).success).toBe(true);
  });

  it('asks for the device of each model when one does not do, and for memory that it cannot know', async () => {
    const asker = scripted([
      ['One device', false],
      ['Device of models', 'cpu'],
      ['Device of sdxl-turbo', 'cuda:0'],
    ]);
    const [config] = await configsFor({}, asker);
    expect(config).toMatchObject({ devices: { cpu: {}, 'cuda:0': { memory: '24GiB' } }, placement: { 'sdxl-turbo': 'cuda:0' } });
  });

  it.each([['a b'], ['x:owner'], ['x:miner:70000'], [''], ['../x']])('refuses the hotkey %j', async (hotkey) => {
    await expect(configsFor({ hotkey: [hotkey] })).rejects.toMatchObject({ code: 'VISION_CLI_VALUE_INVALID' });
  });

  it('refuses the same hotkey twice', async () => {
    await expect(configsFor({ hotkey: ['x', 'x:validator'] })).rejects.toMatchObject({ code: 'VISION_CLI_VALUE_INVALID' });
  });

  it('writes the same config in each format', async () => {
    const [config] = await configsFor({ apiKey: 'secret-key' });
    if (config === undefined) throw new Error('no config');
    expect(JSON.parse(renderConfig(config, 'json'))).toEqual(config);
    expect(parse(renderConfig(config, 'yaml'))).toEqual(config);
    expect(renderConfig(config, 'ts')).toContain('export default defineConfig({');
    expect([configName('a', 'ts', true), configName('a', 'json', false)]).toEqual(['vision.config.ts', 'a.vision.config.json']);
  });

  it('writes a script that starts every hotkey', () => {
    expect(renderStartScript([{ hotkey: 'a', role: 'miner', port: 1, file: "it's.json" }])).toContain(
      `npx vision miner start --config 'it'\\''s.json' &`,
    );
  });
});
