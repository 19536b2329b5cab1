/** A neuron: one hotkey with what it runs. */
export interface NeuronAnswer {
  readonly hotkey: string;
  readonly role: 'miner' | 'validator';
  /** Port of a miner's axon or a validator's gateway. */
  readonly port: number;
}

/** Everything `vision init` asks: what Vision's wizard asked, without the addresses of servers that no longer exist. */
export interface Answers {
  readonly wallet: string;
  readonly walletPath: string;
  readonly netuid: number;
  readonly chain: ChainAnswer;
  /** Plugins with models, rewards and filters. */
  readonly plugins: readonly PluginAnswer[];
  readonly devices: DeviceAnswer;
  readonly neurons: readonly NeuronAnswer[];
  /** Address by which validators reach the miners. */
  readonly externalHost?: string;
  /** Key of the validator's gateway. */
  readonly apiKey: string;
}

/** A plugin by name or path, alone or with its options, or {@link BUILT_IN}. */
export type PluginAnswer = string | readonly [name: string, options: Readonly<Record<string, unknown>>];

/** The chain: its id, the plugin that brings it, that plugin's options. */
export interface ChainAnswer {
  readonly id: string;
  readonly plugin: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** Memory by device, and the device of models that do not go to the first one. */
export interface DeviceAnswer {
  /** Device id -> memory such as `8GiB`; undefined leaves the default. */
  readonly memory: Readonly<Record<string, string | undefined>>;
  /** Model id -> device id. */
  readonly placement: Readonly<Record<string, string>>;
}

/** Axon port of Vision's wizard. */
export const FIRST_AXON_PORT = 8091;
/** Gateway port of the first validator; below the axons, which count up. */
export const FIRST_GATEWAY_PORT = 8080;
/** Stands for the plugins that the command uses where a config names none. */
export const BUILT_IN = '...';
/** The embedded chain. */
export const LOCAL_CHAIN = 'local-chain';
/** The plugin that brings it. */
export const LOCAL_CHAIN_PLUGIN = '@vision-sdk/plugin-local-chain';
/** Its file, unless another is named. */
export const LOCAL_CHAIN_FILE = '.vision/chain.sqlite';
