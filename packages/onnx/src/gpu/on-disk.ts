import { VisionError } from '@vision-sdk/core';
import { fail } from './errors.ts';

/** Does work on the disk; what fails is told as `VISION_GPU_UNWRITABLE` with the folder and the system's reason. An abort passes as it is. */
export async function onDisk<T>(folder: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    throw unwritable(folder, error);
  }
}

/** The error of a folder that cannot be written. */
export function unwritable(folder: string, error: unknown): VisionError {
  const system = VisionError.is(error) ? error.cause : error;
  const reason = system instanceof Error ? system.message : String(system);
  return fail('UNWRITABLE', { folder, reason }, { cause: error });
}
