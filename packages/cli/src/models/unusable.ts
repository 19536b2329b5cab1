import { readFile } from 'node:fs/promises';
import { explain, VisionError, type WeightSource } from '@vision-sdk/core';
import { weightPath } from '@vision-sdk/neuron/host';
import { inspectModel } from '@vision-sdk/onnx';

/** A weight file that is there and that no model can be loaded from. */
export interface Unusable {
  readonly path: string;
  /** What is wrong, naming the file. */
  readonly problem: string;
  readonly fix: string;
}

/** Looks into the graphs and JSON files among declared weights, without ONNX Runtime and without reading tensors. Files that are not there are left out. */
export async function unusableFiles(source: WeightSource, weightsDirectory: string): Promise<readonly Unusable[]> {
  const looked = await Promise.all(source.files.map((file) => lookInto(weightPath(source, file, weightsDirectory))));
  return looked.filter((found) => found !== undefined);
}

async function lookInto(path: string): Promise<Unusable | undefined> {
  try {
    if (path.endsWith('.onnx')) await inspectModel(path);
    if (path.endsWith('.json')) parseLeniently(await readFile(path, 'utf8'));
    return undefined;
  } catch (error) {
    if (VisionError.is(error, 'VISION_ONNX_FILE_NOT_FOUND') || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (VisionError.is(error)) return { path, problem: error.message, fix: error.hint };
    return { path, problem: `${path} is no JSON: ${explain(error)}`, fix: 'Download or copy the file again.' };
  }
}

/** Strings, and the numbers that Python writes and JSON does not know. */
const PYTHON_NUMBERS = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/gs;

function parseLeniently(text: string): void {
  JSON.parse(text.replace(PYTHON_NUMBERS, (token) => (token.startsWith('"') ? token : '0')));
}
