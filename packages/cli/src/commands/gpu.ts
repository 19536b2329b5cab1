import { dirname, join } from 'node:path';
import {
  type GpuInstallation,
  type GpuInstallOptions,
  type GpuStatus,
  inspectGpu,
  installGpu,
  type LibrarySeams,
  type Place,
  type WantedFiles,
} from '@vision-sdk/onnx/gpu';
import { checkGpu, checkRuntime } from '../doctor/checks.ts';
import type { Finding } from '../doctor/finding.ts';
import { filesFinding, librariesFinding, tryDevices } from '../doctor/gpu-checks.ts';
import { readMachine } from '../doctor/machine.ts';
import { printFinding } from '../doctor/print-finding.ts';
import { ExitCode } from '../exit-code.ts';
import { showDownloads } from '../models/download-bars.ts';
import { weightsRoot } from '../models/hub-of.ts';
import { interruptible } from '../models/interruptible.ts';
import { formatBytes } from '../output/format.ts';
import { openConfig } from '../project.ts';
import type { Terminal } from '../terminal.ts';
import type { Invocation } from '../tree/invocation.ts';

/** Flags of `vision gpu install`. */
export interface GpuInstallFlags {
  readonly feed?: readonly string[];
  readonly allowHost?: readonly string[];
  readonly sha512?: string;
  readonly file?: string;
  readonly force?: boolean;
  readonly withoutChecks?: boolean;
}

/** Where the outside world comes in; tests give their own. */
export interface GpuSeams extends Place {
  readonly libraries?: LibrarySeams;
}

/** `vision gpu install`. Throws the errors of installing. */
export async function installGpuFiles({ flags, terminal }: Invocation<GpuInstallFlags>, seams: GpuSeams = {}): Promise<ExitCode> {
  const { config } = await openConfig(flags);
  const cache = join(dirname(weightsRoot(config)), 'gpu');
  const done = await interruptible('vision gpu install', async (signal) => {
    using bars = showDownloads(terminal);
    const news = {
      onProgress: bars.update,
      onFetch: ({ package: { id, version } }: WantedFiles, feeds: readonly string[]) =>
        terminal.note(`Fetching ${id} ${version} from ${feeds.join(', then ')}`),
      onWait: () => terminal.note('Another process installs these files; waiting for it.'),
      onUnpack: ({ folder }: WantedFiles) => terminal.note(`Unpacking to ${folder}`),
    };
    return installGpu({ ...seams, ...optionsOf(flags), ...news, cache, signal });
  });
  if (flags.json) terminal.json(done);
  else printDone(done, terminal);
  return ExitCode.ok;
}

function optionsOf({ feed, allowHost, sha512, file, force, withoutChecks }: GpuInstallFlags): Partial<GpuInstallOptions> {
  return {
    ...(feed && { feeds: feed }),
    ...(allowHost && { allowHosts: allowHost }),
    ...(sha512 === undefined ? {} : { sha512 }),
    ...(file === undefined ? {} : { file }),
    force: force === true,
    checks: withoutChecks !== true,
  };
}

function printDone({ wanted, from, files }: GpuInstallation, terminal: Terminal): void {
  const of = `ONNX Runtime ${wanted.runtimeVersion}`;
  if (from === 'disk') terminal.line(`The CUDA files of ${of} are there already: ${wanted.folder}`);
  else for (const { name, bytes } of files) terminal.line(`${name}  ${formatBytes(bytes)}`);
  if (from !== 'disk') terminal.line(`Installed for ${of}. \`vision gpu status\` tries them.`);
}

/** `vision gpu status`. Ends with 5 when no graphics card computes. */
export async function gpuStatus({ flags, terminal }: Invocation, seams: GpuSeams = {}): Promise<ExitCode> {
  const machine = await readMachine();
  const devices = await tryDevices(['cuda:0', 'webgpu:0']);
  const findings = [checkGpu(machine), await checkRuntime(), ...(await cudaFindings(seams)), ...devices];
  if (flags.json) terminal.json({ gpus: machine.gpus, findings });
  else for (const found of findings) printFinding(found, terminal);
  return devices.some(({ state }) => state === 'ok') ? ExitCode.ok : ExitCode.environment;
}

async function cudaFindings({ libraries, ...place }: GpuSeams): Promise<readonly Finding[]> {
  const status = await inspectGpu(place, libraries).catch((error: unknown) => error as Error);
  if (status instanceof Error) return [filesFinding(status)];
  return [filesFinding(status), librariesFinding(status satisfies GpuStatus)];
}
