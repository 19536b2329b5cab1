// The program of a worker process: loads one model and runs its requests. Talks to worker.ts by IPC.
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { type AnyModel, type AnyPipeline, isPlugin, type Log, type Plugin, synapseKey } from '@vision-sdk/core';
import { contributionsOf } from './contributions.ts';
import { fail } from './errors.ts';
import { loadModel } from './load-model.ts';
import { toSentError } from './sent-error.ts';
import type { FromWorker, ToWorker } from './worker-protocol.ts';

// What plugins import need not be compiled in each worker anew. What is kept is run as it is found, so it lies where other users cannot write.
const home = process.env.HOME || process.env.USERPROFILE;
if (home) enableCompileCache?.(join(home, '.cache', 'vision-sdk', 'compiled'));

type LoadMessage = Extract<ToWorker, { type: 'load' }>;
type RunMessage = Extract<ToWorker, { type: 'run' }>;

const stopping = new AbortController();
const jobs = new Map<number, AbortController>();
let served: { readonly loaded: AsyncDisposable; readonly pipelines: ReadonlyMap<string, AnyPipeline> } | undefined;

function send(message: FromWorker): void {
  process.send?.(message);
}

const write = (level: keyof Log) => (fields: object, message: string) => {
  try {
    send({ type: 'log', level, fields, message });
  } catch {
    send({ type: 'log', level, fields: { unloggable: Object.keys(fields) }, message });
  }
};
const log: Log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };

async function load(message: LoadMessage): Promise<void> {
  try {
    const model = await findModel(message);
    const loaded = await loadModel(model, message.settings, { signal: stopping.signal, log });
    served = { loaded, pipelines: new Map(model.pipelines.map((pipeline: AnyPipeline) => [synapseKey(pipeline.synapse), pipeline])) };
    send({ type: 'loaded' });
  } catch (error) {
    send({ type: 'load-failed', error: toSentError(error) });
  }
}

async function findModel({ module, given, settings }: LoadMessage): Promise<AnyModel> {
  const { default: create }: { default?: unknown } = await import(module);
  const plugin: unknown = typeof create === 'function' ? create(given) : undefined;
  if (!isPlugin(plugin)) throw fail('MODULE_WITHOUT_PLUGIN', { module });
  return modelOf(plugin, settings.model);
}

async function modelOf(plugin: Plugin, id: string): Promise<AnyModel> {
  const { contributions } = await contributionsOf(plugin);
  const model = contributions.models?.find((candidate) => candidate.id === id);
  if (model === undefined) throw fail('MODEL_NOT_IN_MODULE', { plugin: plugin.name, model: id });
  return model;
}

async function run({ job, synapse, request }: RunMessage): Promise<void> {
  const abort = new AbortController();
  jobs.set(job, abort);
  try {
    const pipeline = served?.pipelines.get(synapse);
    if (served === undefined || pipeline === undefined) throw new Error(`the worker does not serve ${synapse}`);
    const response: unknown = await pipeline.run(served.loaded, request, {
      signal: abort.signal,
      onStep: (step, total) => send({ type: 'step', job, step, total }),
      emit: (chunk) => send({ type: 'chunk', job, chunk }),
    });
    send({ type: 'result', job, response });
  } catch (error) {
    send({ type: 'failed', job, error: toSentError(error) });
  } finally {
    jobs.delete(job);
  }
}

async function stop(): Promise<void> {
  stopping.abort();
  for (const job of jobs.values()) job.abort();
  try {
    await served?.loaded[Symbol.asyncDispose]();
  } finally {
    process.exit(0);
  }
}

process.on('message', (message: ToWorker) => {
  if (message.type === 'load') void load(message);
  else if (message.type === 'run') void run(message);
  else if (message.type === 'cancel') jobs.get(message.job)?.abort();
  else void stop();
});
// The host is gone: nobody wants the answers any more.
process.on('disconnect', () => process.exit(0));
// Terminals and supervisors signal the whole process group; the host lets running requests end and then stops its workers itself.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
