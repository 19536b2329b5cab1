import { join } from 'node:path';
import { createRegistry, type VisionConfig } from '@vision-sdk/neuron/host';
import { defaultPlugins } from '../default-plugins.ts';
import { listGpus } from '../doctor/machine.ts';
import { fail } from '../errors.ts';
import { ExitCode } from '../exit-code.ts';
import { writeUserFile } from '../files.ts';
import { type Answers, BUILT_IN, type NeuronAnswer, type PluginAnswer } from '../init/answers.ts';
import { ask, type InitFacts, type InitFlags } from '../init/ask.ts';
import { type Asker, silentAsker, terminalAsker } from '../init/asker.ts';
import { checkConfigs } from '../init/check-configs.ts';
import { prepareKeys, withStake } from '../init/keys.ts';
import { nextSteps, type Written } from '../init/next-steps.ts';
import { type ConfigFormat, configName, renderConfig, renderStartScript } from '../init/render.ts';
import { toConfig, withoutDefaults } from '../init/to-config.ts';
import { resolvePlugin } from '../project.ts';
import type { Terminal } from '../terminal.ts';
import type { Invocation } from '../tree/invocation.ts';

const FORMATS: readonly ConfigFormat[] = ['json', 'yaml', 'ts'];
/** The config may hold a gateway's key. */
const CONFIG_MODE = 0o600;
const SCRIPT_MODE = 0o755;

/** Flags of `vision init`. */
export interface InitCommandFlags extends InitFlags {
  readonly yes?: boolean;
  readonly force?: boolean;
  readonly dir: string;
  readonly format?: ConfigFormat;
  readonly createKeys?: boolean;
}

/** `vision init`: asks, writes one config for each hotkey, says what comes next. */
export async function init({ flags, terminal }: Invocation<InitCommandFlags>): Promise<ExitCode> {
  const asker = askerFor(flags);
  const facts: InitFacts = { modelsOf, memoryOf: await gpuMemory() };
  const answers = await ask(flags, asker, facts);
  const format = flags.format ?? (await asker.choose('Kind of file', FORMATS, 'json'));
  const createKeys = flags.createKeys ?? (await asker.confirm('Make the hotkeys that are missing?', false));
  await checkConfigs(answers.neurons.map((neuron) => toConfig(answers, neuron)));
  const keys = await prepareKeys(answers, createKeys);
  const written: Written[] = [];
  for (const neuron of answers.neurons)
    written.push(await write(withoutDefaults(withStake(toConfig(answers, neuron), keys.stakes)), neuron, { flags, format, answers }));
  const script = written.length > 1 ? await writeScript(written, flags) : undefined;
  const next = nextSteps(written, keys, { answers, script });
  if (flags.json) terminal.json({ files: written.map(({ file }) => file), script, next });
  else print([...written.map(({ file }) => file), ...(script === undefined ? [] : [script])], next, terminal);
  return ExitCode.ok;
}

function print(files: readonly string[], next: readonly string[], terminal: Terminal): void {
  for (const file of files) terminal.line(`wrote ${file}`);
  terminal.line('\nNext:');
  for (const step of next) terminal.line(`  ${step}`);
}

function askerFor(flags: InitCommandFlags): Asker {
  if (flags.yes === true) return silentAsker;
  if (process.stdin.isTTY !== true) throw fail('ANSWERS_NEEDED', { command: 'vision init' });
  return terminalAsker;
}

async function modelsOf(plugins: readonly PluginAnswer[]): Promise<readonly string[]> {
  try {
    const named = plugins.flatMap((plugin) => (plugin === BUILT_IN ? defaultPlugins() : [plugin]));
    const registry = await createRegistry(
      await Promise.all(named.map((plugin) => (typeof plugin === 'string' ? resolvePlugin(plugin, {}) : resolvePlugin(...plugin)))),
    );
    return [...registry.models.keys()];
  } catch {
    // A plugin that is not installed yet has no models to ask about.
    return [];
  }
}

async function gpuMemory(): Promise<InitFacts['memoryOf']> {
  const gpus = await listGpus();
  return (device) => {
    const gpu = device.startsWith('cuda:') ? gpus[Number(device.slice(5))] : undefined;
    return gpu === undefined ? undefined : `${Math.floor(gpu.memoryMib / 1024)}GiB`;
  };
}

async function write(
  config: VisionConfig,
  neuron: NeuronAnswer,
  { flags, format, answers }: { readonly flags: InitCommandFlags; readonly format: ConfigFormat; readonly answers: Answers },
): Promise<Written> {
  const file = join(flags.dir, configName(neuron.hotkey, format, answers.neurons.length === 1));
  await writeUserFile(file, renderConfig(config, format), { replace: flags.force === true, mode: CONFIG_MODE });
  return { file, neuron };
}

async function writeScript(written: readonly Written[], flags: InitCommandFlags): Promise<string> {
  const file = join(flags.dir, 'start-neurons.sh');
  const neurons = written.map(({ file: config, neuron }) => ({
    ...neuron,
    file: config.slice(flags.dir === '.' ? 0 : flags.dir.length + 1),
  }));
  await writeUserFile(file, renderStartScript(neurons), { replace: flags.force === true, mode: SCRIPT_MODE });
  return file;
}
