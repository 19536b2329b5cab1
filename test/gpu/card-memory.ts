import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** MiB in use on an NVIDIA card; undefined where there is none to ask, as on machines that have WebGPU alone. */
export async function usedMib(device: string): Promise<number | undefined> {
  const index = Number(device.split(':')[1] ?? 0);
  const query = ['--query-gpu=memory.used', '--format=csv,noheader,nounits', `--id=${index}`];
  const printed = await promisify(execFile)('nvidia-smi', query, { timeout: 10_000 }).catch(() => undefined);
  const used = Number(printed?.stdout.trim());
  return printed !== undefined && Number.isFinite(used) ? used : undefined;
}

/** Whether a process still runs. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
