import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GpuInstallOptions, installGpu } from '../../src/gpu/index.ts';
import { noise } from '../hub/support.ts';
import { zip } from './zip.ts';

export const ID = 'Example.OnnxRuntime.Gpu.Linux';
export const VERSION = '1.30.0';
export const CUDA = 'libonnxruntime_providers_cuda.so';
export const SHARED = 'libonnxruntime_providers_shared.so';
const TENSORRT = 'libonnxruntime_providers_tensorrt.so';

/** Bytes that begin as a Linux library does. */
export function library(bytes: number, seed: number): Buffer {
  return Buffer.concat([Buffer.from('\x7fELF', 'latin1'), noise(bytes - 4, seed)]);
}

export const LIBRARIES = { [CUDA]: library(900_000, 1), [SHARED]: library(20_000, 2), [TENSORRT]: library(5_000, 3) };
const native = (name: string) => `runtimes/linux-x64/native/${name}`;
const entries = Object.entries(LIBRARIES).map(([name, bytes]) => ({ name: native(name), bytes }));

/** A package as the feed has it. */
export const PACKAGE = zip([{ name: '[Content_Types].xml', bytes: Buffer.from('<Types/>') }, ...entries]);

/** A package in which some files are otherwise. */
export function packageWith(changes: Readonly<Record<string, object>>): Buffer {
  return zip(entries.map((entry) => ({ ...entry, ...changes[entry.name.slice(native('').length)] })));
}

/** A folder of onnxruntime-node with the metadata that the real one has, pointing at a feed. */
export async function fakeRuntime(feed: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'vision-runtime-'));
  await mkdir(join(folder, 'bin/napi-v6/linux/x64'), { recursive: true });
  await mkdir(join(folder, 'script'));
  const source = 'nuget:linux/x64:cuda12';
  const files = Object.keys(LIBRARIES).map((name) => [`./${name}`, { package: source, path: native(name) }] as const);
  const metadata = {
    requirements: { 'linux/x64': ['cuda12'], 'darwin/arm64': [] },
    manifests: { 'linux/x64:cuda12': Object.fromEntries(files) },
    packages: { [source]: { name: ID, versions: [{ feed: 'nuget', version: VERSION }] } },
    feeds: { nuget: { type: 'nuget', index: feed } },
  };
  await writeFile(join(folder, 'package.json'), JSON.stringify({ version: VERSION }));
  await writeFile(join(folder, 'script/install-metadata.js'), `module.exports = ${JSON.stringify(metadata)};`);
  return folder;
}

const CACHE = ['libcudart.so.12', 'libcublas.so.12', 'libcublasLt.so.12', 'libcufft.so.11', 'libcurand.so.10', 'libcudnn.so.9'];

/** `ldconfig -p` of a machine with these libraries. */
export function ldconfig(names: readonly string[]): string {
  return `${names.length} libs found\n${names.map((name) => `\t${name} (libc6,x86-64) => /usr/lib/${name}`).join('\n')}\n`;
}

/** An installation into a fake runtime, in which waiting takes no time. */
export async function installation(feed: string, given: Partial<GpuInstallOptions> = {}) {
  const runtimeFolder = given.runtimeFolder ?? (await fakeRuntime(feed));
  const cache = given.cache ?? (await mkdtemp(join(tmpdir(), 'vision-gpu-')));
  const waits: number[] = [];
  const base = { cache, runtimeFolder, platform: 'linux/x64', retries: 3, libraries: { readCache: async () => ldconfig(CACHE), env: {} } };
  const install = ({ seams, ...more }: Partial<GpuInstallOptions> = {}) =>
    installGpu({ ...base, ...given, ...more, seams: { sleep: async (ms) => void waits.push(ms), silenceMs: 5000, ...seams } });
  const place = (name: string) => join(runtimeFolder, 'bin/napi-v6/linux/x64', name);
  return { install, waits, cache, runtimeFolder, place, there: (name: string) => existsSync(place(name)) };
}
