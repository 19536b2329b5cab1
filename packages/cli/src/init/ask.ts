import { randomBytes } from 'node:crypto';
import { totalmem } from 'node:os';
import { jsonObject } from '../json-object.ts';
import { parseValue, splitPair } from '../run/request.ts';
import {
  type Answers,
  BUILT_IN,
  type ChainAnswer,
  type DeviceAnswer,
  LOCAL_CHAIN,
  LOCAL_CHAIN_FILE,
  LOCAL_CHAIN_PLUGIN,
  type PluginAnswer,
} from './answers.ts';
import { askNeurons, type HotkeyFlags } from './ask-neurons.ts';
import type { Asker } from './asker.ts';

/** The answers given as flags. */
export interface InitFlags extends HotkeyFlags {
  readonly wallet?: string;
  readonly walletPath?: string;
  readonly netuid?: number;
  readonly chain?: string;
  readonly chainPlugin?: string;
  readonly chainOption?: readonly string[];
  readonly plugin?: readonly string[];
  readonly device?: string;
  readonly deviceMemory?: string;
  readonly place?: readonly string[];
  readonly externalHost?: string;
  readonly apiKey?: string;
}

/** What the questions need to know about the machine and the plugins. */
export interface InitFacts {
  /** Ids of the models of some plugins; empty when they cannot be loaded here. */
  modelsOf(plugins: readonly PluginAnswer[]): Promise<readonly string[]>;
  /** Memory of a device, such as `8GiB`; undefined when nobody knows. */
  memoryOf(device: string): string | undefined;
}

const UPSCALE_PLUGIN = '@vision-sdk/plugin-upscale';
const BUILT_IN_QUESTION = 'Serve the built-in small models? They do every operation on a CPU, in pictures of 64x64 with coloured shapes';
const UNKNOWN_MEMORY = '8GiB';
const DEVICE = /^[a-z][a-z0-9]{0,31}(:\d{1,3})?$/;

/** Gathers every answer: flags first, the rest from the asker. */
export async function ask(flags: InitFlags, asker: Asker, facts: InitFacts): Promise<Answers> {
  const wallet = flags.wallet ?? (await asker.text('Wallet name (coldkey)', 'default', required));
  const neurons = await askNeurons(flags, asker);
  const netuid = flags.netuid ?? Number(await asker.text('Number of the subnet', '19', wholeNumber));
  const chain = await askChain(flags, asker);
  const plugins = flags.plugin?.map(pluginAnswer) ?? (await askPlugins(asker, chain));
  const externalHost = neurons.some(({ role }) => role === 'miner') ? await askExternalHost(flags, asker) : undefined;
  return {
    wallet,
    walletPath: flags.walletPath ?? '~/.bittensor/wallets',
    neurons,
    netuid,
    chain,
    plugins,
    devices: await askDevices({ flags, asker, facts, plugins }),
    ...(externalHost === undefined ? {} : { externalHost }),
    apiKey: flags.apiKey ?? randomBytes(24).toString('base64url'),
  };
}

async function askChain(flags: InitFlags, asker: Asker): Promise<ChainAnswer> {
  const id = flags.chain ?? (await asker.text('Chain', LOCAL_CHAIN, required));
  const plugin =
    flags.chainPlugin ??
    (id === LOCAL_CHAIN ? LOCAL_CHAIN_PLUGIN : await asker.text(`Plugin that brings ${id}`, `vision-plugin-${id}`, required));
  const options = Object.fromEntries((flags.chainOption ?? []).map((pair) => keyValue('--chain-option', pair)));
  if (id !== LOCAL_CHAIN || 'file' in options) return { id, plugin, options };
  return { id, plugin, options: { file: await asker.text('File of the chain', LOCAL_CHAIN_FILE, required), ...options } };
}

/** The small models are for chains of one's own: nobody pays for coloured shapes elsewhere. */
async function askPlugins(asker: Asker, chain: ChainAnswer): Promise<readonly string[]> {
  const offered = chain.id === LOCAL_CHAIN && chain.plugin === LOCAL_CHAIN_PLUGIN;
  if (offered && (await asker.confirm(BUILT_IN_QUESTION, true))) return [BUILT_IN];
  const given = await asker.text('Plugins with models, by package name', UPSCALE_PLUGIN, required);
  return given.split(/[\s,]+/).filter((name) => name !== '');
}

/** `name` or `name={"option": "value"}`. */
function pluginAnswer(given: string): PluginAnswer {
  const at = given.indexOf('={');
  return at < 0 ? given : [given.slice(0, at), jsonObject('--plugin', given.slice(at + 1))];
}

async function askExternalHost(flags: InitFlags, asker: Asker): Promise<string | undefined> {
  const given = flags.externalHost ?? (await asker.text('Address by which validators reach the miner (empty: the one it listens on)', ''));
  return given === '' ? undefined : given;
}

async function askDevices(about: {
  flags: InitFlags;
  asker: Asker;
  facts: InitFacts;
  plugins: readonly PluginAnswer[];
}): Promise<DeviceAnswer> {
  const { flags, asker } = about;
  const placement: Record<string, string> = Object.fromEntries((flags.place ?? []).map((pair) => splitPair('--place', pair)));
  const single = flags.device !== undefined || flags.place !== undefined || (await asker.confirm('One device for all models?', true));
  const first = flags.device ?? (await asker.text(single ? 'Which device?' : 'Device of models that you do not place', 'cpu', deviceName));
  if (!single) Object.assign(placement, await askPlacement(about, first));
  const memory: Record<string, string | undefined> = {};
  for (const device of new Set([first, ...Object.values(placement)])) {
    const flag = device === 'cpu' && first !== 'cpu' ? undefined : flags.deviceMemory;
    memory[device] = flag ?? (await askMemory(device, about));
  }
  return { memory, placement };
}

async function askPlacement(
  about: { asker: Asker; facts: InitFacts; plugins: readonly PluginAnswer[] },
  first: string,
): Promise<Record<string, string>> {
  const placement: Record<string, string> = {};
  for (const model of await about.facts.modelsOf(about.plugins)) {
    const device = await about.asker.text(`Device of ${model}`, first, deviceName);
    if (device !== first) placement[model] = device;
  }
  return placement;
}

/** The CPU may be left out of the config: half of the machine is its default. */
async function askMemory(device: string, about: { asker: Asker; facts: InitFacts }): Promise<string | undefined> {
  const known = device === 'cpu' ? `${(totalmem() / 2 ** 31).toFixed(1)}GiB` : (about.facts.memoryOf(device) ?? UNKNOWN_MEMORY);
  const given = await about.asker.text(`Memory that models may take on ${device}`, known, memorySize);
  return device === 'cpu' && given === known ? undefined : given;
}

function keyValue(flag: string, pair: string): readonly [string, unknown] {
  const [key, value] = splitPair(flag, pair);
  return [key, parseValue(value)];
}

const required = (answer: string) => (answer.trim() === '' ? 'Give a name.' : undefined);
const wholeNumber = (answer: string) => (/^\d+$/.test(answer) ? undefined : 'Give a whole number.');
const deviceName = (answer: string) => (DEVICE.test(answer) ? undefined : 'Give a device such as cpu, cuda:0 or webgpu:0.');
const memorySize = (answer: string) => (/^\d+(\.\d+)?\s*[KMGT]iB$/.test(answer) ? undefined : 'Give a size such as 7.5GiB or 300MiB.');
