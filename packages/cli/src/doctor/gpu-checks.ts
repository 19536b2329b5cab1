import { explain, VisionError } from '@vision-sdk/core';
import type { GpuStatus } from '@vision-sdk/onnx/gpu';
import type { Finding } from './finding.ts';

/** ONNX Runtime's files for CUDA are there, or how to get them; nothing of it is wrong, for WebGPU needs none of them. */
export function filesFinding(status: GpuStatus | Error): Finding {
  const head = { subject: 'CUDA files', area: 'environment' } as const;
  if (status instanceof Error) return { ...head, state: 'note', ...told(status) };
  const { files, wanted } = status;
  const off = files.filter(({ state }) => state !== 'present');
  const of = `of ONNX Runtime ${wanted.runtimeVersion} in ${wanted.folder}`;
  if (off.length === 0) return { ...head, state: 'ok', found: `${files.length} ${of}` };
  const found = `${off.map(({ name, state }) => `${name} ${state}`).join(', ')} ${of}`;
  return { ...head, state: 'note', found, fix: 'Run `vision gpu install`.' };
}

/** The libraries that those files are linked with. */
export function librariesFinding({ libraries, wanted }: GpuStatus): Finding {
  const head = { subject: 'CUDA libraries', area: 'environment' } as const;
  const missing = libraries.filter(({ path }) => path === undefined).map(({ name }) => name);
  if (missing.length === 0) return { ...head, state: 'ok', found: libraries.map(({ name }) => name).join(', ') };
  const fix = `Install the driver, the runtime and cuDNN that ${wanted.kind} means, or set LD_LIBRARY_PATH: docs/gpu.md says how.`;
  return { ...head, state: 'note', found: `missing: ${missing.join(', ')}`, fix };
}

/** Has each device compute something, one after the other. */
export async function tryDevices(devices: readonly string[]): Promise<readonly Finding[]> {
  const { tryDevice } = await import('@vision-sdk/onnx');
  const findings: Finding[] = [];
  for (const device of devices) {
    const head = { subject: device, area: 'environment' } as const;
    findings.push(
      await tryDevice(device).then(
        (): Finding => ({ ...head, state: 'ok', found: 'computes' }),
        (error: unknown): Finding => ({ ...head, state: 'note', ...told(error) }),
      ),
    );
  }
  return findings;
}

function told(error: unknown): { readonly found: string; readonly fix: string } {
  if (VisionError.is(error)) return { found: error.message, fix: error.hint };
  return { found: explain(error), fix: 'Run it again with --debug, and report this if it stays.' };
}
