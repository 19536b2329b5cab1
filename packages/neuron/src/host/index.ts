export { CONFIG_FILES, type LoadConfigOptions, type LoadedConfig, loadConfig, resolveConfig } from './config.ts';
export {
  configJsonSchema,
  configSchema,
  DEFAULT_PLUGINS,
  type DeviceConfig,
  defineConfig,
  type PluginReference,
  type ResolvedConfig,
  type VisionConfig,
} from './config-schema.ts';
export { connectChain } from './connect-chain.ts';
export { Container, type Services, type Token, token } from './container.ts';
export { pluginName } from './default-plugins.ts';
export { createDispatcher } from './dispatcher.ts';
export type {
  Clock,
  DeviceStats,
  Dispatcher,
  DispatcherLimits,
  DispatcherOptions,
  DispatcherStats,
  ModelState,
  ModelStats,
  RunOptions,
} from './dispatcher-types.ts';
export { fail as hostErrors } from './errors.ts';
export type { Identity } from './identity.ts';
export {
  createWallet,
  listWallets,
  loadColdkey,
  loadColdkeyPub,
  loadHotkey,
  loadIdentity,
  sealColdkey,
  unlockColdkey,
} from './keys.ts';
export { createLog, type LogOptions } from './log.ts';
export { formatMemorySize, parseMemorySize } from './memory-size.ts';
export { type ModelNeeds, type Placement, placementsOf, type Wish } from './placement.ts';
export { resolvePlugin, resolvePlugins } from './plugins.ts';
export { createRegistry, type RegisteredModel, type RegisteredPipeline, type Registry } from './registry.ts';
export { REGISTRY_CHECKS, type RegistryCheck, SUPPORTED_API_VERSIONS } from './registry-checks.ts';
export { modelsWithoutRoom, type PlanOptions } from './slots.ts';
export type { NewKey, NewWallet, WalletName, WalletSummary } from './wallet.ts';
export { fail as walletErrors } from './wallet-errors.ts';
export { type WalletFiles, walletFiles } from './wallet-paths.ts';
export { expandHome, findWeights, type WeightLookup, weightPath } from './weights.ts';
