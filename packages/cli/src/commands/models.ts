import type { FolderWeights, HubWeights } from '@vision-sdk/core';
import { inspectWeights, type PullOptions, pullWeights, removeWeights, verifyWeights, type WeightInspection } from '@vision-sdk/onnx/hub';
import { fail } from '../errors.ts';
import { ExitCode } from '../exit-code.ts';
import { askerOf } from '../models/ask.ts';
import { showDownloads } from '../models/download-bars.ts';
import { hubOf, pageOf, weightsRoot } from '../models/hub-of.ts';
import { interruptible } from '../models/interruptible.ts';
import { settleLicences } from '../models/licences.ts';
import { filesOfOthers, isFromHub, type ModelWeights, weightsOf } from '../models/select.ts';
import { unusableFiles } from '../models/unusable.ts';
import { type Looked, type Pulled, printLooked, printPulled } from '../models/view.ts';
import { formatBytes } from '../output/format.ts';
import { openProject, type Project } from '../project.ts';
import type { Terminal } from '../terminal.ts';
import type { GlobalFlags, Invocation } from '../tree/invocation.ts';

/** Flags of `vision models`. */
export interface ModelsFlags {
  readonly acceptLicence?: boolean;
  readonly offline?: boolean;
  readonly yes?: boolean;
}

type Call = Invocation<ModelsFlags>;

/** `vision models list`. */
export async function listModels({ flags, terminal }: Call): Promise<ExitCode> {
  const project = await openProject(flags);
  const root = weightsRoot(project.config);
  const looked = await Promise.all(weightsOf(project, []).map(async (one) => ({ ...one, found: await inspectWeights(one.source, root) })));
  printLooked(looked, { json: flags.json, terminal });
  return ExitCode.ok;
}

/** `vision models verify [model...]`. Ends with 1 when a file is corrupt, with 5 when one is not there. */
export async function verifyModels({ args, flags, terminal }: Call): Promise<ExitCode> {
  const project = await openProject(flags);
  const root = weightsRoot(project.config);
  const looked: Looked[] = [];
  await interruptible('vision models verify', async (signal) => {
    for (const one of weightsOf(project, args)) {
      const onFile = ({ path }: { readonly path: string }) => void (terminal.interactive && terminal.note(`reading ${path}`));
      const found = await verifyWeights(one.source, { root, signal, onFile });
      looked.push({ ...one, found: one.source.kind === 'folder' ? await lookedInto(one.source, { root, found }) : found });
    }
  });
  printLooked(looked, { json: flags.json, terminal });
  const states = new Set(looked.flatMap(({ found }) => found.files.map(({ state }) => state)));
  if (states.has('corrupt')) return ExitCode.failure;
  return states.has('missing') || states.has('partial') ? ExitCode.environment : ExitCode.ok;
}

/** Nobody knows the checksums of files in a folder of the operator's own: what can be read of them must make sense. */
async function lookedInto(
  source: FolderWeights,
  { root, found }: { readonly root: string; readonly found: WeightInspection },
): Promise<WeightInspection> {
  const unusable = new Set((await unusableFiles(source, root)).map(({ path }) => path));
  if (unusable.size === 0) return found;
  const files = found.files.map((file) => (unusable.has(file.path) ? { ...file, state: 'corrupt' as const } : file));
  return { ...found, state: 'corrupt', files };
}

/** `vision models pull [model...]`. Throws the errors of the hub. */
export async function pullModels({ args, flags, terminal }: Call): Promise<ExitCode> {
  const project = await openProject(flags);
  const chosen = weightsOf(project, args).filter(isFromHub);
  const settings = hubOf(project.config, { offline: flags.offline === true, env: process.env });
  if (!settings.offline) await askLicences(chosen, project, { flags, terminal });
  const pulled = await interruptible('vision models pull', async (signal) => {
    using bars = showDownloads(terminal);
    return pullAll(chosen, { root: weightsRoot(project.config), settings, signal, onProgress: bars.update }, terminal);
  });
  printPulled(pulled, { json: flags.json, terminal });
  return ExitCode.ok;
}

async function pullAll(chosen: readonly ModelWeights<HubWeights>[], options: PullOptions, terminal: Terminal): Promise<readonly Pulled[]> {
  const pulled: Pulled[] = [];
  for (const { model, source } of chosen) {
    const onWait = () => terminal.note(`Another process pulls ${source.repository}; waiting for it.`);
    pulled.push({ model, source, files: await pullWeights(source, { ...options, onWait }) });
  }
  return pulled;
}

/** `vision models rm <model...>`. Files that other configured models need stay. */
export async function removeModels({ args, flags, terminal }: Call): Promise<ExitCode> {
  const project = await openProject(flags);
  const chosen = weightsOf(project, args).filter(isFromHub);
  if (flags.yes !== true && chosen.length > 0 && !(await isWanted(args, flags))) return ExitCode.ok;
  const all = weightsOf(project, []);
  const removed: { readonly model: string; readonly repository: string; readonly freedBytes: number }[] = [];
  for (const one of chosen) {
    const keep = filesOfOthers(all, one, new Set(args));
    const freedBytes = await removeWeights(one.source, { root: weightsRoot(project.config), keep });
    removed.push({ model: one.model, repository: one.source.repository, freedBytes });
  }
  if (flags.json) terminal.json(removed);
  else if (removed.length === 0) terminal.line('Nothing to remove: these models come with their plugins.');
  else for (const { model, repository, freedBytes } of removed) terminal.line(`${model}  ${repository}  ${formatBytes(freedBytes)} freed`);
  return ExitCode.ok;
}

function askLicences(
  chosen: readonly ModelWeights<HubWeights>[],
  { config }: Project,
  { flags, terminal }: Pick<Call, 'flags' | 'terminal'>,
): Promise<void> {
  return settleLicences(
    chosen.map(({ source }) => source),
    {
      root: weightsRoot(config),
      acceptAll: flags.acceptLicence === true,
      ask: askerOf(flags),
      show: ({ repository, licence }) => terminal.note(`${repository}: licence ${licence}, see ${pageOf(config, repository)}`),
    },
  );
}

function isWanted(models: readonly string[], flags: GlobalFlags): Promise<boolean> {
  const ask = askerOf(flags);
  if (ask === undefined) throw fail('ANSWERS_NEEDED', { command: `vision models rm ${models.join(' ')}` });
  return ask(`Remove the weights of ${models.join(', ')}?`);
}
