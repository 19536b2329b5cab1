import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Libraries that the provider of one kind of files is linked with. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  cuda12: ['libcudart.so.12', 'libcublas.so.12', 'libcublasLt.so.12', 'libcufft.so.11', 'libcurand.so.10', 'libcudnn.so.9'],
  cuda13: ['libcudart.so.13', 'libcublas.so.13', 'libcublasLt.so.13', 'libcufft.so.12', 'libcurand.so.10', 'libcudnn.so.9'],
};
/** Comes with the driver, which containers get from their host when they start. */
const DRIVER = 'libcuda.so.1';
const LDCONFIG = ['ldconfig', '/sbin/ldconfig', '/usr/sbin/ldconfig'];
const TIMEOUT_MS = 10_000;

/** One library that CUDA's provider needs. */
export interface Library {
  readonly name: string;
  /** Where it was found; undefined when it is missing. */
  readonly path: string | undefined;
  /** True for NVIDIA's driver, which a container may get later. */
  readonly driver: boolean;
}

/** Where the outside world comes in; tests give their own. */
export interface LibrarySeams {
  /** What `ldconfig -p` prints; empty where there is none. */
  readCache(): Promise<string>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Looks for the libraries of CUDA and cuDNN as the dynamic linker would: in LD_LIBRARY_PATH, then in its cache. */
export async function findLibraries(kind: string, seams: LibrarySeams = REAL): Promise<readonly Library[]> {
  const cache = parseCache(await seams.readCache());
  const folders = (seams.env.LD_LIBRARY_PATH ?? '').split(':').filter((folder) => folder !== '');
  const find = (name: string) => folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? cache.get(name);
  return [...(NEEDED[kind] ?? []), DRIVER].map((name) => ({ name, path: find(name), driver: name === DRIVER }));
}

/** Reads what `ldconfig -p` prints: libraries of this machine's word size by name. */
export function parseCache(text: string): ReadonlyMap<string, string> {
  const lines = text.split('\n').map((line) => /^\s+(\S+) \(([^)]*)\) => (\S+)$/.exec(line));
  return new Map(lines.flatMap((match) => (match?.[2]?.includes('x86-64') ? [[match[1] ?? '', match[3] ?? ''] as const] : [])));
}

const REAL: LibrarySeams = { readCache, env: process.env };

async function readCache(): Promise<string> {
  for (const command of LDCONFIG) {
    const printed = await promisify(execFile)(command, ['-p'], { timeout: TIMEOUT_MS, maxBuffer: 2 ** 24 }).catch(() => undefined);
    if (printed !== undefined) return printed.stdout;
  }
  return '';
}
