import { availableParallelism } from 'node:os';
import type { AnySynapse, RequestOf, ResponseOf } from '@vision-sdk/core';
import * as builtIn from '@vision-sdk/core/synapses';
import { fail } from '../errors.ts';
import { ExitCode } from '../exit-code.ts';
import { readUserFile } from '../files.ts';
import { showProgress } from '../output/progress.ts';
import { openProject, type Project } from '../project.ts';
import { withEngineOf } from '../run/engine-of-model.ts';
import { withFiles } from '../run/files-in-params.ts';
import { runLocally } from '../run/local.ts';
import { picturesOf, refuseError, writePictures } from '../run/pictures.ts';
import { buildRequest, type RequestFlags, splitPair } from '../run/request.ts';
import { findSynapse } from '../run/synapse-name.ts';
import { askValidator } from '../run/validator-client.ts';
import { interruption } from '../supervised.ts';
import type { Invocation } from '../tree/invocation.ts';

const WHOLE_DEVICE = '1024GiB';

/** Flags of `vision run`. */
export interface RunFlags extends RequestFlags {
  readonly out: string;
  readonly model?: string;
  readonly device?: string;
  readonly url?: string;
  readonly apiKey?: string;
}

/** `vision run <synapse>`: one operation, here or through a validator. */
export async function runOperation({ args, flags, terminal }: Invocation<RunFlags>): Promise<ExitCode> {
  const project = onDevice(await openProject(flags), flags.device);
  const synapse = findSynapse(args[0] ?? '', knownSynapses(project, flags.url !== undefined));
  const request = await buildRequest(synapse, { ...flags, ...(await readFiles(flags)) });
  const started = performance.now();
  const response = await answer({ synapse, request, project }, { flags, terminal });
  refuseError(synapse.name, response);
  const files = await writePictures(picturesOf(response), flags.out);
  const seconds = (performance.now() - started) / 1000;
  if (flags.json) terminal.json({ synapse: synapse.name, seconds, files, response: withoutPictures(response) });
  else if (files.length > 0) terminal.line(`${files.join(', ')} (${seconds.toFixed(2)} s)`);
  else terminal.line(JSON.stringify(response));
  return ExitCode.ok;
}

/** One request may have the whole device to itself. */
function onDevice(project: Project, device: string | undefined): Project {
  if (device === undefined) return project;
  const threads = availableParallelism();
  return { ...project, config: { ...project.config, devices: { [device]: { memory: WHOLE_DEVICE, threads, queue: 1 } }, placement: {} } };
}

interface Job<S extends AnySynapse> {
  readonly synapse: S;
  readonly request: RequestOf<S>;
  readonly project: Project;
}

/** A validator may serve operations that no plugin here does. */
function knownSynapses({ registry }: Project, remote: boolean): readonly AnySynapse[] {
  const local = [...registry.synapses.values()];
  return remote ? [...local, ...Object.values<unknown>(builtIn).filter(isSynapse)] : local;
}

function isSynapse(value: unknown): value is AnySynapse {
  return typeof value === 'object' && value !== null && 'timeoutMs' in value;
}

async function readFiles({ image, mask, param }: RunFlags): Promise<Pick<RunFlags, 'image' | 'mask' | 'param'>> {
  return {
    ...(param === undefined ? {} : { param: await withFiles(param, base64File) }),
    ...(image === undefined ? {} : { image: await base64File(image) }),
    ...(mask === undefined ? {} : { mask: await base64File(mask) }),
  };
}

async function base64File(file: string): Promise<string> {
  return Buffer.from(await readUserFile(file)).toString('base64');
}

async function answer<S extends AnySynapse>(
  job: Job<S>,
  { flags, terminal }: Pick<Invocation<RunFlags>, 'flags' | 'terminal'>,
): Promise<ResponseOf<S>> {
  const apiKey = flags.apiKey ?? process.env.VISION_API_KEY;
  if (flags.url !== undefined)
    return askValidator({ url: flags.url, ...(apiKey === undefined ? {} : { apiKey }) }, flags.seed === undefined ? seedless(job) : job);
  const local = await forModel(job, flags);
  using interrupted = interruption('vision run');
  using progress = showProgress(job.synapse.name, terminal);
  return await runLocally(local, {
    signal: interrupted.signal,
    onStep: (step, total) => progress.update(step, total),
    ...(flags.model === undefined ? {} : { model: flags.model }),
  });
}

/** The job as `--model` wants it: for a model that serves the operation, by the engine of that model unless `--param` names one. */
async function forModel<S extends AnySynapse>(job: Job<S>, { model: id, param }: Pick<RunFlags, 'model' | 'param'>): Promise<Job<S>> {
  if (id === undefined) return job;
  const { synapse, project, request } = job;
  const served = project.registry.pipelinesFor(synapse);
  const chosen = served.find(({ model }) => model.id === id);
  const expected = `one of the models that serve ${synapse.name}: ${served.map(({ model }) => model.id).join(', ')}`;
  if (chosen === undefined) throw fail('VALUE_INVALID', { flag: '--model', value: id, expected });
  if (param?.some((text) => splitPair('--param', text)[0] === 'engine')) return job;
  return { ...job, request: await withEngineOf<S>(chosen.pipeline, request) };
}

/** Validators choose the seed of organic requests themselves. */
function seedless<S extends AnySynapse>(job: Job<S>): Job<S> {
  const { seed: _, ...request } = job.request as Record<string, unknown>;
  return { ...job, request: request as RequestOf<S> };
}

/** Base64 of pictures that are in files already says nothing to a reader. */
function withoutPictures(response: unknown): unknown {
  return JSON.parse(
    JSON.stringify(response, (_key, value) => (typeof value === 'string' && value.length > 1000 ? `<${value.length} characters>` : value)),
  );
}
