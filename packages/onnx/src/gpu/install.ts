import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { digestFile, digestFor } from '../hub/digest.ts';
import type { FileProgress } from '../hub/fetch-files.ts';
import { sizeOf } from '../hub/inspect.ts';
import { writeJson } from '../hub/json-file.ts';
import { lock } from '../hub/lock.ts';
import { realSeams } from '../hub/seams.ts';
import type { HubSeams } from '../hub/settings.ts';
import { fail } from './errors.ts';
import { hexOfSha512 } from './feed.ts';
import { type FetchingPackage, fetchPackage } from './fetch-package.ts';
import { inspectFiles, RECORD } from './inspect.ts';
import { findLibraries, type LibrarySeams } from './libraries.ts';
import { onDisk } from './on-disk.ts';
import { type UnpackedFile, unpack } from './unpack.ts';
import { type Place, type WantedFiles, wantedFiles } from './wanted.ts';

/** How to install. */
export interface GpuInstallOptions extends Place, Pick<FetchingPackage, 'retries'> {
  /** Folder for what is under way, absolute. */
  readonly cache: string;
  /** Indexes of NuGet feeds, asked in order; the one that onnxruntime-node names if left out. */
  readonly feeds?: readonly string[];
  /** Further hosts that a feed may name or send us to, such as `blobs.example.com`. */
  readonly allowHosts?: readonly string[];
  /** SHA-512 that the package must have, hex or base64. */
  readonly sha512?: string;
  /** A package that lies on the disk already: no feed is asked. */
  readonly file?: string;
  /** Install again over what is there. */
  readonly force?: boolean;
  /** False: install even where CUDA's libraries are missing. */
  readonly checks?: boolean;
  readonly signal?: AbortSignal;
  readonly seams?: Partial<HubSeams>;
  readonly libraries?: LibrarySeams;
  onProgress?(progress: FileProgress): void;
  /** Called when a package is about to be fetched, with the feeds that are asked in order. */
  onFetch?(wanted: WantedFiles, feeds: readonly string[]): void;
  /** Called once when another process installs and is waited for. */
  onWait?(): void;
  /** Called when the package is there and its files are being taken out. */
  onUnpack?(wanted: WantedFiles): void;
}

/** What an installation did. */
export interface GpuInstallation {
  readonly wanted: WantedFiles;
  /** `disk` when everything was there already. */
  readonly from: 'disk' | 'feed' | 'file';
  /** Files that were put there, with their SHA-256. */
  readonly files: readonly UnpackedFile[];
}

/**
 * Brings the GPU files of the installed onnxruntime-node into its folder: from a NuGet feed, compared with the SHA-512 that the feed tells, or from a
 * file. What is there already is left alone. Throws the errors of `gpuErrors`; what has arrived is kept for the next call.
 */
export async function installGpu(options: GpuInstallOptions): Promise<GpuInstallation> {
  const signal = options.signal ?? new AbortController().signal;
  const wanted = wantedFiles(options);
  const sha512 = digestOf(options.sha512);
  if (await isThere(wanted, options)) return { wanted, from: 'disk', files: [] };
  if (options.checks !== false) await checkLibraries(wanted, options);
  await onDisk(options.cache, () => mkdir(options.cache, { recursive: true }));
  using _ = await onDisk(
    options.cache,
    () => lock(join(options.cache, '.lock'), { signal, ...(options.onWait && { onWait: options.onWait }) }),
    signal,
  );
  // Another process may have installed them while we waited.
  if (await isThere(wanted, options)) return { wanted, from: 'disk', files: [] };
  return bring(options, { wanted, seams: { ...realSeams, ...options.seams }, signal, sha512 });
}

/** Fetches the package or takes the given one, and takes the files out. */
async function bring(options: GpuInstallOptions, fetching: Fetching): Promise<GpuInstallation> {
  const { wanted, seams, signal, sha512 } = fetching;
  if (options.file !== undefined) await checkFile(options.file, sha512, signal);
  const archive = options.file ?? (await fetchPackage(wanted, fetchingOf(options, fetching)));
  options.onUnpack?.(wanted);
  const files = await unpack(archive, wanted.files, { folder: wanted.folder, signal, freeBytes: seams.freeBytes });
  await writeRecord(wanted, files);
  if (options.file === undefined) await removePackage(archive);
  return { wanted, from: options.file === undefined ? 'feed' : 'file', files };
}

function digestOf(given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  const hex = hexOfSha512(given);
  if (hex === undefined) throw fail('DIGEST_INVALID', { given });
  return hex;
}

async function isThere(wanted: WantedFiles, { force }: GpuInstallOptions): Promise<boolean> {
  if (force === true) return false;
  return (await inspectFiles(wanted)).every(({ state }) => state === 'present');
}

/** The driver may come later, as in a container; the rest must be there. */
async function checkLibraries({ kind }: WantedFiles, { libraries }: GpuInstallOptions): Promise<void> {
  const found = await findLibraries(kind, libraries);
  const missing = found.filter(({ path, driver }) => path === undefined && !driver).map(({ name }) => name);
  if (missing.length > 0) throw fail('LIBRARIES_MISSING', { missing });
}

interface Fetching extends Pick<FetchingPackage, 'seams' | 'signal' | 'sha512'> {
  readonly wanted: WantedFiles;
}

function fetchingOf(options: GpuInstallOptions, { wanted, ...rest }: Fetching): FetchingPackage {
  const { cache, feeds = [wanted.feed], allowHosts = [], retries, onProgress, onFetch } = options;
  onFetch?.(wanted, feeds);
  return { cache, feeds, allowHosts, retries, ...rest, ...(onProgress && { onProgress }) };
}

/** A file that was brought by hand: there, and the right one where a hash is known. */
async function checkFile(file: string, sha512: string | undefined, signal: AbortSignal): Promise<void> {
  const bytes = await sizeOf(file);
  if (bytes === undefined) throw fail('PACKAGE_BROKEN', { file, reason: 'there is no such file' });
  if (sha512 === undefined) return;
  const digest = digestFor({ bytes, sha256: undefined, gitBlob: undefined, sha512 });
  await digestFile(file, digest, { bytes, signal });
  const mismatch = digest.mismatch();
  if (mismatch !== undefined) throw fail('DIGEST_MISMATCH', { file, ...mismatch });
}

function writeRecord({ folder, runtimeVersion, package: source }: WantedFiles, files: readonly UnpackedFile[]): Promise<void> {
  const entries = files.map(({ name, ...rest }) => [name, rest] as const);
  return onDisk(folder, () =>
    writeJson(join(folder, RECORD), { version: runtimeVersion, package: source, files: Object.fromEntries(entries) }),
  );
}

async function removePackage(part: string): Promise<void> {
  await rm(part, { force: true });
  await rm(`${part}.etag`, { force: true });
}
