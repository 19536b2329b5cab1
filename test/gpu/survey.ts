import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A device, and why it cannot be used where it cannot. */
export interface Surveyed {
  readonly device: string;
  readonly reason: string | undefined;
}

/** Tries each device in a process of its own: what is tried may crash, and keeps memory of the card. */
export async function surveyDevices(
  devices: readonly string[],
  tryOne: (device: string) => Promise<unknown> = inProcess,
): Promise<readonly Surveyed[]> {
  const surveyed: Surveyed[] = [];
  for (const device of devices) {
    const reason = await tryOne(device).then(() => undefined, reasonOf);
    surveyed.push({ device, reason });
  }
  return surveyed;
}

/** Devices to test: those that `VISION_GPU_DEVICES` names, or the first card by CUDA and by WebGPU. */
export function devicesToTry(environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  const named = (environment.VISION_GPU_DEVICES ?? '').split(',').map((device) => device.trim());
  const given = named.filter((device) => device !== '');
  return given.length === 0 ? ['cuda:0', 'webgpu:0'] : given;
}

function inProcess(device: string): Promise<unknown> {
  const program = join(import.meta.dirname, 'try-device.ts');
  return promisify(execFile)(process.execPath, ['--conditions=@vision-sdk/source', program, device], { timeout: 60_000 });
}

function reasonOf(error: unknown): string {
  const { stdout = '', message, signal } = error as Error & { readonly stdout?: string; readonly signal?: string };
  if (stdout.trim() !== '') return stdout.trim();
  return signal ? `trying it ended with ${signal}` : (message.split('\n')[0] ?? 'unknown');
}
