import { isDeepStrictEqual } from 'node:util';
import type { VisionConfig } from '@vision-sdk/neuron/host';
import { type Answers, BUILT_IN, LOCAL_CHAIN, LOCAL_CHAIN_FILE, LOCAL_CHAIN_PLUGIN, type NeuronAnswer } from './answers.ts';

const REWARDS_PLUGIN = '@vision-sdk/plugin-image-similarity';
const LOCAL_RESYNC_MS = 15_000;

/** The config without its plugins, where it is nothing but the command's defaults that it names. */
export function withoutDefaults({ plugins = [], ...rest }: VisionConfig): VisionConfig {
  const asDefault = isDeepStrictEqual(plugins, [[LOCAL_CHAIN_PLUGIN, { file: LOCAL_CHAIN_FILE }], BUILT_IN]);
  return asDefault ? rest : { plugins, ...rest };
}

/** The config of one neuron. Only what differs from the defaults is written. */
export function toConfig(answers: Answers, neuron: NeuronAnswer): VisionConfig {
  return {
    plugins: [chainPlugin(answers), ...pluginsOf(answers)],
    netuid: answers.netuid,
    chain: answers.chain.id,
    wallet: { path: answers.walletPath, name: answers.wallet, hotkey: neuron.hotkey },
    devices: devicesOf(answers),
    ...(Object.keys(answers.devices.placement).length === 0 ? {} : { placement: { ...answers.devices.placement } }),
    ...(neuron.role === 'miner' ? { miner: minerOf(answers, neuron) } : { validator: validatorOf(answers, neuron) }),
  };
}

function chainPlugin({ chain }: Answers): string | [string, Record<string, unknown>] {
  return Object.keys(chain.options).length === 0 ? chain.plugin : [chain.plugin, { ...chain.options }];
}

function pluginsOf({ plugins }: Answers): (string | [string, Record<string, unknown>])[] {
  const given = plugins.map((plugin) =>
    typeof plugin === 'string' ? plugin : ([plugin[0], { ...plugin[1] }] as [string, Record<string, unknown>]),
  );
  // The built-in ones have a judge among them.
  return given.some((plugin) => [BUILT_IN, REWARDS_PLUGIN].includes([plugin].flat()[0] as string)) ? given : [...given, REWARDS_PLUGIN];
}

function devicesOf({ devices }: Answers): VisionConfig['devices'] {
  return Object.fromEntries(Object.entries(devices.memory).map(([id, memory]) => [id, memory === undefined ? {} : { memory }]));
}

function minerOf(answers: Answers, { port }: NeuronAnswer): VisionConfig['miner'] {
  const { externalHost, chain } = answers;
  return {
    port,
    ...(externalHost === undefined ? {} : { externalHost }),
    // Nobody has stake on a chain of one's own until it is given.
    ...(chain.id === LOCAL_CHAIN ? { minStakeTao: 0 } : {}),
  };
}

function validatorOf(answers: Answers, { hotkey, port }: NeuronAnswer): VisionConfig['validator'] {
  return {
    // Neurons of one's own chain are often started together: the validator should not miss those that come a little later.
    ...(answers.chain.id === LOCAL_CHAIN ? { resyncMs: LOCAL_RESYNC_MS } : {}),
    store: `.vision/${hotkey}.sqlite`,
    gateway: { port, apiKey: answers.apiKey },
  };
}
