import { join } from 'node:path';
import type { VisionConfig } from '@vision-sdk/neuron/host';
import { everyModel, type Player, type PluginEntry } from './cast.ts';

const LOCAL_CHAIN = '@vision-sdk/plugin-local-chain';
const NETUID = 19;
const STAKE_TAO = 10_000;

/** The clock of the demo. A real chain has 12 s, 360 blocks; a real validator the defaults in docs/configuration.md. */
const CLOCK = {
  chain: { blockMs: 250, tempo: 5, weightsRateLimit: 4 },
  validator: { syntheticIntervalMs: 250, periodMs: 10_000, weightsIntervalMs: 1500, resyncMs: 2000 },
} as const;

/** What every process of the demo shares. */
export interface Stage {
  /** Temporary folder with chain, store and configs. */
  readonly folder: string;
  readonly validator: { readonly seed: string; readonly hotkey: string };
  /** Key of the gateway. */
  readonly apiKey: string;
  /** Prompts of the validator's own requests. */
  readonly promptsFile: string;
}

/** The plugin entry of the chain: the same for all, so that whoever comes first makes the same file. */
export function chainPlugin({ folder, validator }: Stage): PluginEntry {
  return [LOCAL_CHAIN, { file: join(folder, 'chain.sqlite'), ...CLOCK.chain, genesisStake: { [validator.hotkey]: STAKE_TAO } }];
}

/** The config of an ordinary miner on loopback. */
export function minerConfig(player: Player, stage: Stage): VisionConfig {
  return {
    plugins: [chainPlugin(stage), ...player.plugins],
    netuid: NETUID,
    wallet: { seed: player.seed },
    devices: { cpu: { memory: '2GiB', threads: 1 } },
    pinned: [...player.pinned],
    miner: { host: '127.0.0.1', port: 0, drainMs: 1000 },
  };
}

/** The config of the validator. It knows no more of the miners than any validator does. */
export function validatorConfig(stage: Stage): VisionConfig {
  return {
    plugins: [chainPlugin(stage), ...everyModel()],
    netuid: NETUID,
    wallet: { seed: stage.validator.seed },
    devices: { cpu: { memory: '2GiB', threads: 1 } },
    pinned: ['vision-x2', 'mini-sdxl'],
    validator: {
      ...CLOCK.validator,
      store: join(stage.folder, 'validator.sqlite'),
      prompts: { file: stage.promptsFile },
      gateway: { host: '127.0.0.1', port: 0, apiKey: stage.apiKey },
    },
  };
}

/** A config that only looks at the chain. */
export function spectatorConfig(stage: Stage): VisionConfig {
  return { plugins: [chainPlugin(stage)], netuid: NETUID };
}
