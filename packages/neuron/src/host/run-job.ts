import { type SchemaIssue, synapseKey, VisionError, validate } from '@vision-sdk/core';
import { fail } from './errors.ts';
import type { Job } from './job.ts';
import type { Worker } from './worker.ts';

const WORKER_DIED = 'VISION_HOST_WORKER_DIED';

/** Gives a job to a worker and settles it with what comes of it. `again` when the worker died and the job is to be tried once more, up to so many attempts. */
export async function runJob(job: Job, worker: Worker, attempts: number): Promise<'done' | 'again'> {
  job.attempts += 1;
  try {
    job.succeed(await responseOf(job, worker));
    return 'done';
  } catch (error) {
    if (VisionError.is(error, WORKER_DIED) && job.attempts < attempts && job.chunks === 0) return 'again';
    job.fail(asJobError(job, error));
    return 'done';
  }
}

async function responseOf(job: Job, worker: Worker): Promise<unknown> {
  const { pipeline, request, signal, onStep, onChunk } = job.request;
  const { synapse } = pipeline.pipeline;
  let chunks: Promise<void> = Promise.resolve();
  const deliver = async (chunk: unknown) => {
    const valid = synapse.chunk === undefined ? NOT_STREAMING : await validate(synapse.chunk, chunk);
    if (!valid.ok) throw invalid(job, 'chunk', valid.issues);
    onChunk(valid.value);
  };
  const response = await worker.run({
    synapse: synapseKey(synapse),
    request,
    signal,
    onStep: (step, total) => {
      if (job.outcome === 'open') onStep(step, total);
    },
    onChunk: (chunk) => {
      if (job.outcome !== 'open') return;
      job.chunks += 1;
      chunks = chunks.then(() => deliver(chunk));
      // Awaited below; a job that fails before that leaves no unhandled rejection.
      chunks.catch(() => {});
    },
  });
  await chunks;
  const valid = await validate(synapse.response, response);
  if (!valid.ok) throw invalid(job, 'response', valid.issues);
  return valid.value;
}

const NOT_STREAMING = { ok: false, issues: [{ path: '', message: 'the synapse declares no chunks' }] } as const;

function invalid(job: Job, part: 'response' | 'chunk', issues: readonly SchemaIssue[]): Error {
  return fail('RESPONSE_INVALID', { ...namesOf(job), part, issues });
}

function asJobError(job: Job, error: unknown): Error {
  if (VisionError.is(error, WORKER_DIED))
    return fail('WORKER_DIED', { ...(error.details as WorkerDeath), attempts: job.attempts }, { cause: error });
  if (VisionError.is(error)) return error;
  return fail('JOB_FAILED', { ...namesOf(job), reason: error instanceof Error ? error.message : String(error) }, { cause: error });
}

interface WorkerDeath {
  readonly model: string;
  readonly ending: string;
  readonly lastOutput: string;
}

function namesOf({ request: { pipeline } }: Job) {
  return { plugin: pipeline.plugin.name, model: pipeline.model.id, synapse: pipeline.pipeline.synapse.name };
}
