import { join } from 'node:path';
import { sizeOf } from '../hub/inspect.ts';
import { isRecord, readJson } from '../hub/json-file.ts';
import { findLibraries, type Library, type LibrarySeams } from './libraries.ts';
import { type Place, type WantedFiles, wantedFiles } from './wanted.ts';

/** Says what was installed, beside the files. */
export const RECORD = '.vision-gpu.json';

/** One GPU file of this machine's ONNX Runtime: `changed` when it has another size or is of another version than was installed. */
export interface GpuFile {
  readonly name: string;
  readonly path: string;
  readonly state: 'present' | 'missing' | 'changed';
}

/** What this machine has and lacks for CUDA. */
export interface GpuStatus {
  readonly wanted: WantedFiles;
  readonly files: readonly GpuFile[];
  /** Libraries of CUDA, of cuDNN and of the driver. */
  readonly libraries: readonly Library[];
}

/** Looks at GPU files and libraries; loads nothing. Throws `VISION_GPU_UNSUPPORTED_PLATFORM` and `RUNTIME_NOT_UNDERSTOOD`. */
export async function inspectGpu(place: Place = {}, seams?: LibrarySeams): Promise<GpuStatus> {
  const wanted = wantedFiles(place);
  return { wanted, files: await inspectFiles(wanted), libraries: await findLibraries(wanted.kind, seams) };
}

/** States of the wanted files, by their sizes and the record. */
export async function inspectFiles({ folder, files, runtimeVersion }: WantedFiles): Promise<readonly GpuFile[]> {
  const record = await readJson(join(folder, RECORD));
  const recorded = isRecord(record) && isRecord(record.files) ? record.files : {};
  const sameVersion = !isRecord(record) || record.version === runtimeVersion;
  const inspect = async ({ name }: { readonly name: string }): Promise<GpuFile> => {
    const path = join(folder, name);
    const bytes = await sizeOf(path);
    const entry = recorded[name];
    // Files without a record were put there by onnxruntime-node's own script.
    const same = sameVersion && (!isRecord(entry) || entry.bytes === bytes);
    if (bytes === undefined) return { name, path, state: 'missing' };
    return { name, path, state: same ? 'present' : 'changed' };
  };
  return Promise.all(files.map(inspect));
}
