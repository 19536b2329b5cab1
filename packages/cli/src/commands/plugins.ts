import { type Contributions, inputJsonSchema, type Plugin, synapseKey, VisionError, validate, type WeightSource } from '@vision-sdk/core';
import { fail } from '../errors.ts';
import { ExitCode } from '../exit-code.ts';
import { formatBytes } from '../output/format.ts';
import { renderTable } from '../output/table.ts';
import { openConfig, openProject, pluginsOf, resolvePlugin } from '../project.ts';
import { kebabCase } from '../run/synapse-name.ts';
import type { GlobalFlags, Invocation } from '../tree/invocation.ts';

/** What one plugin brings, as data. */
interface PluginView {
  readonly name: string;
  readonly version: string;
  readonly requires: readonly string[];
  readonly models: readonly ModelView[];
  readonly rewards: readonly string[];
  readonly filters: readonly string[];
  readonly chains: readonly string[];
  readonly scorings: readonly string[];
}

interface ModelView {
  readonly id: string;
  readonly memory: string;
  readonly synapses: readonly string[];
  readonly weights: readonly WeightSource[];
}

/** `vision plugins list`. */
export async function listPlugins({ flags, terminal }: Invocation): Promise<ExitCode> {
  const { registry } = await openProject(flags);
  const views = await Promise.all(registry.plugins.map(viewOf));
  if (flags.json) terminal.json(views);
  else terminal.line(renderTable([{ title: 'plugin' }, { title: 'version' }, { title: 'brings' }], views.map(rowOf)));
  return ExitCode.ok;
}

/** `vision plugins show <name>`. Throws PLUGIN_UNKNOWN. */
export async function showPlugin({ args, flags, terminal }: Invocation): Promise<ExitCode> {
  const [name = ''] = args;
  const plugins = await configuredPlugins(flags);
  const plugin = plugins.find((one) => one.name === name) ?? (await resolvePlugin(name, {}).catch(() => undefined));
  if (plugin === undefined) throw fail('PLUGIN_UNKNOWN', { name, known: plugins.map((one) => one.name) });
  const view = { ...(await viewOf(plugin)), options: inputJsonSchema(plugin.options), given: plugin.given };
  if (flags.json) terminal.json(view);
  else for (const line of describe(view)) terminal.line(line);
  return ExitCode.ok;
}

/** The plugins of the config, also where options are wrong: whoever looks up how to write them has not written them yet. */
async function configuredPlugins(flags: GlobalFlags): Promise<readonly Plugin[]> {
  try {
    return (await openProject(flags)).registry.plugins;
  } catch (error) {
    if (!VisionError.is(error, 'VISION_HOST_OPTIONS')) throw error;
    return pluginsOf(await openConfig(flags));
  }
}

async function viewOf(plugin: Plugin): Promise<PluginView> {
  const options = await validate(plugin.options, plugin.given);
  const { models = [], rewards, filters, chains, scorings }: Contributions = options.ok ? plugin.contribute(options.value) : {};
  return {
    name: plugin.name,
    version: plugin.version,
    requires: plugin.requires,
    models: models.map(({ id, resources, pipelines, weights }) => ({
      id,
      memory: resources.memory,
      synapses: pipelines.map(({ synapse }) => synapseKey(synapse)),
      weights,
    })),
    rewards: ids(rewards),
    filters: ids(filters),
    chains: ids(chains),
    scorings: ids(scorings),
  };
}

function ids(items: readonly { readonly id: string }[] = []): readonly string[] {
  return items.map(({ id }) => id);
}

function rowOf(view: PluginView): readonly string[] {
  return [view.name, view.version, summaryOf(view).join(', ') || 'nothing'];
}

function summaryOf({ models, rewards, filters, chains, scorings }: PluginView): readonly string[] {
  const kinds = { reward: rewards, filter: filters, chain: chains, scoring: scorings };
  return [
    ...models.map(({ id, synapses }) => `model ${id} (${synapses.map((key) => kebabCase(key.split('@')[0] ?? key)).join(', ')})`),
    ...Object.entries(kinds).flatMap(([kind, found]) => found.map((id) => `${kind} ${id}`)),
  ];
}

function describe(view: PluginView & { readonly options: Record<string, unknown>; readonly given: unknown }): readonly string[] {
  return [
    `${view.name} ${view.version}`,
    ...(view.requires.length === 0 ? [] : [`needs ${view.requires.join(', ')}`]),
    ...summaryOf(view).map((text) => `  ${text}`),
    ...view.models.flatMap(({ id, memory, weights }) => [
      `  ${id}: ${memory} of memory`,
      ...weights.map((source) => `    ${weightsLine(source)}`),
    ]),
    `options: ${optionLines(view.options).join('\n         ') || 'none'}`,
    `given: ${JSON.stringify(view.given)}`,
  ];
}

function weightsLine(source: WeightSource): string {
  const where = source.kind === 'hub' ? `${source.repository}@${source.revision}` : source.folder;
  return `${formatBytes(source.bytes)}, ${source.licence}, ${where}`;
}

function optionLines(schema: Record<string, unknown>): readonly string[] {
  const properties = (schema.properties ?? {}) as Record<string, { type?: string; default?: unknown; description?: string }>;
  return Object.entries(properties).map(([name, { type, default: fallback, description }]) =>
    [name, type === undefined ? '' : `(${type})`, fallback === undefined ? '' : `= ${JSON.stringify(fallback)}`, description ?? '']
      .filter((part) => part !== '')
      .join(' '),
  );
}
