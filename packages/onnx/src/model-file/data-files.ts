import { isAbsolute, normalize } from 'node:path';
import { inspectModelSync } from './inspect-model.ts';

/**
 * The files that an ONNX file keeps its weights in, by the names it gives them, relative to its own folder: other files beside it, however they are
 * called, are none of it. Empty for a file that cannot be read, which loading then reports.
 */
export function dataFiles(graph: string): readonly string[] {
  try {
    return inspectModelSync(graph)
      .externalData.map(({ location }) => normalize(location))
      .filter((location) => !leavesFolder(location));
  } catch {
    return [];
  }
}

/** True for a path that leads out of the folder it is relative to. */
export function leavesFolder(location: string): boolean {
  return isAbsolute(location) || normalize(location).split(/[\\/]/)[0] === '..';
}
