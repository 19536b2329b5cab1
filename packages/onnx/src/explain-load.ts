import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { VisionError } from '@vision-sdk/core';
import { fail } from './errors.ts';
import { fusedOperators } from './fused-operators.ts';
import { leavesFolder } from './model-file/data-files.ts';
import { type ExternalData, inspectModel, type ModelFacts } from './model-file/inspect-model.ts';
import { firstLine } from './runtime.ts';

/** What was to be loaded where. */
export interface LoadTarget {
  readonly path: string;
  readonly device: string;
}

/** Turns what ONNX Runtime threw while loading into one of our errors, by looking at the file itself. */
export async function explainLoad(target: LoadTarget, cause: unknown): Promise<VisionError> {
  const text = cause instanceof Error ? cause.message : String(cause);
  if (PROVIDER_FAILURE.test(text)) return fail('PROVIDER_FAILED', { device: target.device, reason: firstLine(cause) }, { cause });
  const facts = await inspectModel(target.path);
  await checkExternalData(target.path, facts.externalData);
  return explainGraph(target, facts, cause);
}

const PROVIDER_FAILURE = /AppendExecutionProvider|WebGPU adapter|WebGpuContext|no available backend found|CUDA failure|CUDNN failure/;
const UNKNOWN_OPERATOR =
  /No Op registered for (\w+)|([\w.]+:\w+)\(-?\d+\) is not a registered function|Could not find an implementation for (\w+)\(/;

function explainGraph(target: LoadTarget, facts: ModelFacts, cause: unknown): VisionError {
  const { path, device } = target;
  const reason = firstLine(cause);
  const unknown = UNKNOWN_OPERATOR.exec(reason);
  if (unknown !== null) return unknownOperators(target, facts, { name: unknown[1] ?? unknown[2] ?? unknown[3]!, cause });
  if (/till opset|Unsupported model IR version/.test(reason)) return fail('OPSET_TOO_NEW', { path, reason }, { cause });
  if (/Protobuf parsing failed/.test(reason))
    return fail('FILE_CORRUPT', { path, reason: 'it is no complete protobuf message' }, { cause });
  return fail('LOAD_FAILED', { path, device, reason }, { cause });
}

function unknownOperators(target: LoadTarget, facts: ModelFacts, found: { readonly name: string; readonly cause: unknown }): VisionError {
  const named = facts.operators.filter((operator) => operator === found.name || operator.endsWith(`:${found.name}`));
  const fused = fusedOperators(facts.operators, target.device);
  const operators = [...new Set([...(named.length === 0 ? [found.name] : named), ...fused.operators])].sort();
  const needs = fused.needs ?? (operators.every((operator) => operator.startsWith('com.microsoft:')) ? 'cuda' : undefined);
  return fail('OPERATOR_UNKNOWN', { ...target, operators, ...(needs === undefined ? {} : { needs }) }, { cause: found.cause });
}

async function checkExternalData(path: string, external: readonly ExternalData[]): Promise<void> {
  const folder = dirname(path);
  const outside = external.find(({ location }) => leavesFolder(location));
  if (outside !== undefined) throw fail('EXTERNAL_DATA_OUTSIDE', { path, location: outside.location });
  const sizes = await Promise.all(external.map(({ location }) => sizeOf(join(folder, location))));
  const missing = external.filter((_, i) => sizes[i] === undefined).map(({ location }) => location);
  if (missing.length > 0) throw fail('EXTERNAL_DATA_MISSING', { path, missing });
  external.forEach(({ location, bytes }, i) => {
    if (bytes > sizes[i]!) throw fail('EXTERNAL_DATA_SHORT', { path, file: location, needed: bytes, actual: sizes[i]! });
  });
}

async function sizeOf(path: string): Promise<number | undefined> {
  const stats = await stat(path).catch(() => undefined);
  return stats?.size;
}
