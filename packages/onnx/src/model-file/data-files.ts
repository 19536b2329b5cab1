import { readFileSync, statSync } from 'node:fs';
import { isAbsolute, normalize } from 'node:path';
import { inspectModelSync } from './inspect-model.ts';

/** The key under which graphs name other files. */
const LOCATION = 'location';
/** Up to here a file is searched for the key, which takes less than walking its graph. */
const SEARCHED_BYTES = 16 * 2 ** 20;

/**
 * The files that an ONNX file keeps its weights in, by the names it gives them, relative to its own folder: other files beside it, however they are
 * called, are none of it. Empty for a file that cannot be read, which loading then reports.
 */
export function dataFiles(graph: string): readonly string[] {
  try {
    if (namesNoFile(graph)) return [];
    return inspectModelSync(graph)
      .externalData.map(({ location }) => normalize(location))
      .filter((location) => !leavesFolder(location));
  } catch {
    return [];
  }
}

function namesNoFile(graph: string): boolean {
  return statSync(graph).size <= SEARCHED_BYTES && !readFileSync(graph).includes(LOCATION);
}

/** True for a path that leads out of the folder it is relative to. */
export function leavesFolder(location: string): boolean {
  return isAbsolute(location) || normalize(location).split(/[\\/]/)[0] === '..';
}
