import { availableParallelism } from 'node:os';
import type { AnySynapse, RequestOf, ResponseOf } from '@vision-sdk/core';
import * as builtIn from '@vision-sdk/core/synapses';
import { leftOutPlugins } from '../default-plugins.ts';
import { ExitCode } from '../exit-code.ts';
import { showProgress } from '../output/progress.ts';
import { openProject, type Project } from '../project.ts';
import { chooseModel, type Job } from '../run/choose-model.ts';
import { withFiles } from '../run/files-in-params.ts';
import { fitPictures } from '../run/fit-pictures.ts';
import { runLocally } from '../run/local.ts';
import { miniNote } from '../run/mini-note.ts';
import { picturesOf, refuseError, writePictures } from '../run/pictures.ts';
import { base64File } from '../run/read-picture.ts';
import { buildRequest, type RequestFlags } from '../run/request.ts';
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
  // What keeps the model from answering is the error that follows; warnings of it would only say so twice.
  const project = onDevice(await openProject({ ...flags, logLevel: flags.logLevel ?? 'error' }), flags.device);
  const leftOut = leftOutPlugins(project).map(({ plugin }) => plugin);
  const synapse = findSynapse(args[0] ?? '', knownSynapses(project, flags.url !== undefined), leftOut);
  const given = { ...flags, ...(await readFiles(flags)) };
  const request = await buildRequest(synapse, given);
  const started = performance.now();
  const { response, ...how } = await answer({ synapse, request, project }, { flags: given, terminal });
  refuseError(synapse.name, response);
  const files = await writePictures(picturesOf(response), flags.out);
  const seconds = (performance.now() - started) / 1000;
  if (flags.json) terminal.json({ synapse: synapse.name, ...how, seconds, files, response: withoutPictures(response) });
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

/** A response, and how it came about where that happened here. */
interface Answered<S extends AnySynapse> {
  readonly response: ResponseOf<S>;
  readonly model?: string;
  readonly notes?: readonly string[];
}

async function answer<S extends AnySynapse>(
  job: Job<S>,
  { flags, terminal }: Pick<Invocation<RunFlags>, 'flags' | 'terminal'>,
): Promise<Answered<S>> {
  const apiKey = flags.apiKey ?? process.env.VISION_API_KEY;
  if (flags.url === undefined) return answerHere(job, { flags, terminal });
  const gateway = { url: flags.url, ...(apiKey === undefined ? {} : { apiKey }) };
  return { response: await askValidator(gateway, flags.seed === undefined ? seedless(job) : job) };
}

async function answerHere<S extends AnySynapse>(
  job: Job<S>,
  { flags, terminal }: Pick<Invocation<RunFlags>, 'flags' | 'terminal'>,
): Promise<Answered<S>> {
  const { served, request: asked } = await chooseModel(job, flags);
  const { id } = served.model;
  const { request, note } = await fitPictures(asked, served.pipeline.sides, id);
  const notes = [note, miniNote(served.model, request)].filter((text) => text !== undefined);
  if (!flags.json) for (const text of notes) terminal.note(text);
  using interrupted = interruption('vision run');
  using progress = showProgress(job.synapse.name, terminal);
  const onStep = (step: number, total: number) => progress.update(step, total);
  const response = await runLocally({ ...job, request }, { signal: interrupted.signal, model: id, onStep });
  return { response, model: id, notes };
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
