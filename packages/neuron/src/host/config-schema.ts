import { availableParallelism, totalmem } from 'node:os';
import { isPlugin, type Plugin } from '@vision-sdk/core';
import { z } from 'zod';
import { formatMemorySize, parseMemorySize } from './memory-size.ts';

const DAY_MS = 86_400_000;
const MIB = 2 ** 20;
/** Plugins of a config that names none. */
export const DEFAULT_PLUGINS: readonly string[] = [
  '@vision-sdk/plugin-local-chain',
  '@vision-sdk/plugin-upscale',
  '@vision-sdk/plugin-image-similarity',
];

const milliseconds = (fallback: number, text: string) =>
  z
    .int()
    .min(1)
    .max(30 * DAY_MS)
    .default(fallback)
    .describe(text);
const share = (fallback: number, text: string) => z.number().min(0).max(1).default(fallback).describe(text);
const port = z.int().min(0).max(65_535);
const bodyBytes = z
  .int()
  .min(1024)
  .max(1024 * MIB)
  .default(64 * MIB)
  .describe('Largest request body in bytes.');
const memory = z.string().refine((text) => parseMemorySize(text) !== undefined, 'expected a size such as "7.5GiB" or "300MiB"');
const deviceId = z.string().regex(/^[a-z][a-z0-9]{0,31}(:\d{1,3})?$/, 'expected a device such as "cpu", "cuda:0" or "webgpu:0"');

const plugin = z
  .union([z.custom<Plugin>(isPlugin), z.string().min(1), z.tuple([z.string().min(1), z.looseObject({})])])
  .describe('A plugin value, an npm package name, a path that starts with a dot or a slash, or one of these names with options.');

const device = z.strictObject({
  memory: memory.optional().describe('Memory that models may use together. May be left out for cpu only: half of the machine.'),
  threads: z.int().min(1).max(1024).default(availableParallelism()).describe('Threads that one loaded model may use for its CPU sessions.'),
  queue: z.int().min(1).max(10_000).default(32).describe('Requests that may wait for this device; more are refused.'),
});

const devices = z
  .record(deviceId, device)
  .prefault({ cpu: {} })
  .superRefine((given, context) => {
    for (const [id, { memory }] of Object.entries(given)) {
      if (memory === undefined && id !== 'cpu')
        context.addIssue({ code: 'custom', path: [id, 'memory'], message: 'required for a device that is not cpu' });
    }
  })
  .transform((given) =>
    Object.fromEntries(
      Object.entries(given).map(([id, value]) => [id, { ...value, memory: value.memory ?? formatMemorySize(totalmem() / 2) }]),
    ),
  )
  .describe('What models may run on.');

const wallet = z
  .strictObject({
    path: z.string().min(1).default('~/.bittensor/wallets').describe('Folder of the wallets.'),
    name: z.string().min(1).default('default').describe('Name of the coldkey.'),
    hotkey: z.string().min(1).default('default').describe('Name of the hotkey that signs.'),
    seed: z
      .string()
      .regex(/^(0x[0-9a-fA-F]{64}|\/\/.+)$/, 'expected 0x and 64 hex digits, or a development key such as //Alice')
      .optional()
      .describe('Secret seed instead of a wallet file, for development only.'),
  })
  .prefault({})
  .describe('The key that this neuron signs with.');

const miner = z
  .strictObject({
    host: z.string().min(1).default('0.0.0.0').describe('Address the axon listens on.'),
    port: port.default(8091).describe('Port the axon listens on; 0 takes a free one.'),
    externalHost: z.string().min(1).optional().describe('Address that validators reach, when it is not the one the axon listens on.'),
    externalPort: port.min(1).optional().describe('Port that validators reach, when it is not the one the axon listens on.'),
    minStakeTao: z.number().min(0).default(5000).describe('Least stake of a caller, TAO.'),
    legacyUptimeNonces: z
      .boolean()
      .default(false)
      .describe('Accept the nonces of Bittensor 6.x, which count from the start of the process.'),
    nonces: z
      .string()
      .min(1)
      .default('.vision/nonces.sqlite')
      .describe('File of used nonces, so that no request can be sent again after a restart; `:memory:` keeps none.'),
    metricsHost: z.string().min(1).default('127.0.0.1').describe('Address that `/health` and `/metrics` listen on, with `metricsPort`.'),
    metricsPort: port
      .optional()
      .describe("Port for `/health` and `/metrics`, which are then not on the axon's port; 0 takes a free one. Left out: on the axon."),
    maxBodyBytes: bodyBytes,
    allow: z.array(z.string()).default([]).describe('Hotkeys that are always admitted, whatever their stake.'),
    queue: z.int().min(1).max(100_000).default(64).describe('Requests that may be open at once; more are refused with 429.'),
    drainMs: milliseconds(30_000, 'How long running requests may go on after a stop was asked for.'),
  })
  .prefault({})
  .describe('Settings of `vision miner start`.');

const gateway = z
  .strictObject({
    host: z.string().min(1).default('127.0.0.1').describe('Address the gateway listens on.'),
    port: port.default(8092).describe('Port the gateway listens on; 0 takes a free one.'),
    apiKey: z.string().min(8).describe('Key that callers send; at least 8 characters.'),
    maxBodyBytes: bodyBytes,
  })
  .optional()
  .describe('HTTP gateway for organic requests. Left out: no gateway.');

const validator = z
  .strictObject({
    scoring: z.string().min(1).default('vision-2').describe('Id of the scoring strategy that turns rewards into weights.'),
    rewards: z
      .record(z.string(), z.string().min(1))
      .default({ '*': 'agreement' })
      .describe('Reward model by synapse name; `*` is for all that are not named.'),
    rivals: z.int().min(1).max(255).default(1).describe('Further miners that get the same request in a round.'),
    auditRate: share(0.02, 'Share of rounds that are checked against an own generation although the answers agree.'),
    organicRoundRate: share(0.01, 'Share of organic requests that become scored rounds.'),
    syntheticIntervalMs: milliseconds(10_000, 'Time between two synthetic rounds.'),
    periodMs: milliseconds(600_000, 'Length of a scoring period.'),
    periods: z.int().min(1).max(1000).default(30).describe('Scoring periods that count.'),
    weightsIntervalMs: milliseconds(1_800_000, 'Time between two weight calls.'),
    resyncMs: milliseconds(600_000, 'Time between two readings of the metagraph and of what miners serve.'),
    privateAddresses: z
      .boolean()
      .optional()
      .describe('Ask miners that announce loopback, private or link-local addresses, or names. Left out: on the local chain only.'),
    versionKey: z.int().min(0).default(20_007).describe('Version key sent with weights.'),
    store: z.string().min(1).default('.vision/validator.sqlite').describe('File of the scores and open rounds.'),
    prompts: z.strictObject({ file: z.string().min(1).optional().describe('Text file, one prompt a line.') }).prefault({}),
    images: z.strictObject({ folder: z.string().min(1).optional().describe('Folder of pictures for synthetic requests.') }).prefault({}),
    gateway,
  })
  .prefault({})
  .describe('Settings of `vision validator start`.');

const address = z.string().regex(/^https?:\/\/[^\s@?#]+$/, 'expected an http or https address without credentials or query');

const hub = z
  .strictObject({
    endpoint: address.default('https://huggingface.co').describe('Model hub that weights are pulled from.'),
    mirrors: z.array(address).default([]).describe('Addresses of the same form that are asked, in order, when the endpoint fails.'),
    redirectHosts: z
      .array(
        z.string().regex(/^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?$/, 'expected a host such as "cdn.example.com" or "*.example.com"'),
      )
      .default(['*.huggingface.co', '*.hf.co'])
      .describe('Hosts that the hub may send us to for the bytes.'),
    token: z
      .string()
      .min(1)
      .optional()
      .describe('Token for gated weights, sent to the endpoint only; without it, the variable `HF_TOKEN` goes to huggingface.co.'),
    parallel: z.int().min(1).max(16).default(3).describe('Files that are fetched at once.'),
    retries: z.int().min(0).max(100).default(5).describe('Further tries of one file after one that brought nothing.'),
    offline: z.boolean().default(false).describe('Never ask the hub.'),
  })
  .prefault({})
  .describe('Where `vision models pull` gets weights.');

/** What a config file may say. Unknown keys are errors; `{}` is a whole config. */
export const configSchema = z.strictObject({
  $schema: z.string().optional().describe('Address of the JSON Schema, for editors.'),
  plugins: z
    .array(plugin)
    .default([...DEFAULT_PLUGINS])
    .describe('Plugins, in order: those that others require come first.'),
  netuid: z.int().min(0).max(65_535).default(19).describe('Number of the subnet.'),
  chain: z.string().min(1).default('local-chain').describe('Id of the chain.'),
  wallet,
  devices,
  placement: z
    .record(z.string(), z.union([deviceId, z.record(z.string(), deviceId)]))
    .default({})
    .describe('Device by model id, or by component of the model; models left out go where there is room.'),
  pinned: z.array(z.string()).default([]).describe('Models that are loaded at the start and never ended to make room.'),
  filters: z.array(z.string()).default([]).describe('Ids of the response filters, in the order they run.'),
  logLevel: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info').describe('Least severe message that is logged.'),
  weightsDirectory: z.string().min(1).default('~/.cache/vision-sdk/weights').describe('Folder of downloaded weights.'),
  hub,
  miner,
  validator,
});

/** A config as a person writes it: every key may be left out. */
export type VisionConfig = z.input<typeof configSchema>;
/** A config with every default filled in. */
export type ResolvedConfig = z.output<typeof configSchema>;
/** What models may use of one device. */
export type DeviceConfig = ResolvedConfig['devices'][string];
/** A plugin as a config names it: value, package name, path, or name with options. */
export type PluginReference = ResolvedConfig['plugins'][number];

/** Types a config written in TypeScript; returns it unchanged. */
export function defineConfig(config: VisionConfig): VisionConfig {
  return config;
}

/** JSON Schema (draft 2020-12) of a config file, for editors. */
export function configJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' });
}
