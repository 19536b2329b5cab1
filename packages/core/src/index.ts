export type {
  AxonEndpoint,
  Block,
  Chain,
  ChainDefinition,
  ConnectContext,
  Hotkey,
  Hyperparameters,
  Metagraph,
  Neuron,
  Receipt,
  Signer,
  Uid,
} from './contract/chain.ts';
export {
  defineErrors,
  type ErrorCatalog,
  type ErrorDetails,
  type ErrorText,
  explain,
  type Fail,
  VisionError,
  type VisionErrorJson,
} from './contract/errors.ts';
export type { FilterContext, FilterDefinition, ResponseFilter } from './contract/filter.ts';
export { type Compare, type CompareContext, type Comparison, type HeadToHeadOptions, headToHead } from './contract/head-to-head.ts';
export { type Log, silentLog } from './contract/log.ts';
export {
  type AnyModel,
  type AnyPipeline,
  type Capabilities,
  defineModel,
  type FolderWeights,
  type HubWeights,
  type LoadContext,
  MEMORY_SIZE,
  type Model,
  type PictureSides,
  type PictureSidesFor,
  type Pipeline,
  type Resources,
  type RunContext,
  type SampleContext,
  type ServedModel,
  type WeightSource,
} from './contract/model.ts';
export {
  type Contributions,
  definePlugin,
  isPlugin,
  PLUGIN_API_VERSION,
  type Plugin,
  type PluginDefinition,
  type PluginFactory,
} from './contract/plugin.ts';
export { createRandom, pick, type Random, randomInteger } from './contract/random.ts';
export type {
  Answer,
  Failure,
  JudgeContext,
  Origin,
  Outcome,
  Reward,
  RewardModel,
  RewardModelDefinition,
  Round,
} from './contract/reward.ts';
export {
  formatIssues,
  type InputOf,
  inputJsonSchema,
  type OutputOf,
  outputJsonSchema,
  type Schema,
  type SchemaIssue,
  type Validation,
  validate,
} from './contract/schema.ts';
export type { PeriodScores, Score, ScoringStrategy, Tally, WeightsContext } from './contract/scoring.ts';
export {
  type AnySynapse,
  type ChunkOf,
  defineSynapse,
  type Market,
  type RefreshContext,
  type RequestInput,
  type RequestOf,
  type ResponseOf,
  type Synapse,
  synapseKey,
} from './contract/synapse.ts';
export { fail as coreErrors } from './errors.ts';
