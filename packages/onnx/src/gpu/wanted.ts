import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { isRecord } from '../hub/json-file.ts';
import { fail } from './errors.ts';

/** One library of the package. */
export interface WantedFile {
  /** File name beside ONNX Runtime's own library. */
  readonly name: string;
  /** Where it lies in the package. */
  readonly inPackage: string;
}

/** The GPU files that belong to the installed onnxruntime-node. */
export interface WantedFiles {
  /** Version of onnxruntime-node. */
  readonly runtimeVersion: string;
  /** Folder the files belong into, absolute. */
  readonly folder: string;
  /** NuGet's id and version of the package. */
  readonly package: { readonly id: string; readonly version: string };
  /** Index of the feed that has it. */
  readonly feed: string;
  /** What kind of files they are, such as `cuda12`. */
  readonly kind: string;
  readonly files: readonly WantedFile[];
}

/** Where to look and for which machine; tests give their own. */
export interface Place {
  /** Folder of onnxruntime-node. */
  readonly runtimeFolder?: string;
  /** Platform and architecture, such as `linux/x64`. */
  readonly platform?: string;
}

// TensorRT needs libraries that hardly any machine has, and no device of ours asks for it.
const NOT_WANTED = /tensorrt/;
const NAME = /^(?:\.\/)?(lib[\w.-]+\.so[\w.]*)$/;
const PACKAGE_ID = /^[A-Za-z][\w.-]{0,99}$/;
const VERSION = /^\d[\w.+-]{0,63}$/;

/**
 * Reads from onnxruntime-node itself which files it wants from where, so that they always are of its own version. Throws `VISION_GPU_UNSUPPORTED_PLATFORM`
 * and `RUNTIME_NOT_UNDERSTOOD`.
 */
export function wantedFiles({ runtimeFolder = findRuntime(), platform = `${process.platform}/${process.arch}` }: Place = {}): WantedFiles {
  const runtimeVersion = versionOf(runtimeFolder);
  const metadata = readMetadata(runtimeFolder);
  const kind = listAt(metadata, 'requirements', platform).find((name): name is string => typeof name === 'string');
  if (kind === undefined) throw fail('UNSUPPORTED_PLATFORM', { platform, version: runtimeVersion });
  const manifest = Object.entries(recordAt(metadata, 'manifests', `${platform}:${kind}`)).filter(([name]) => !NOT_WANTED.test(name));
  const files = manifest.map(([name, target]) => wantedFile(name, target));
  const [source, ...others] = new Set(manifest.map(([, target]) => (isRecord(target) ? target.package : undefined)));
  if (typeof source !== 'string' || others.length > 0) throw notUnderstood('its files come from no single package');
  const folder = join(runtimeFolder, 'bin', 'napi-v6', ...platform.split('/'));
  return { runtimeVersion, folder, kind, files, ...packageOf(metadata, source) };
}

function findRuntime(): string {
  try {
    return dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  } catch (cause) {
    throw notUnderstood('it is not installed', cause);
  }
}

function versionOf(runtimeFolder: string): string {
  const manifest: unknown = read(() => JSON.parse(readFileSync(join(runtimeFolder, 'package.json'), 'utf8')));
  if (!isRecord(manifest) || typeof manifest.version !== 'string') throw notUnderstood('its package.json has no version');
  return manifest.version;
}

function readMetadata(runtimeFolder: string): Readonly<Record<string, unknown>> {
  const script = join(runtimeFolder, 'script', 'install-metadata.js');
  const metadata: unknown = read(() => createRequire(import.meta.url)(script));
  if (!isRecord(metadata)) throw notUnderstood('script/install-metadata.js gives no object');
  return metadata;
}

function read(work: () => unknown): unknown {
  try {
    return work();
  } catch (cause) {
    throw notUnderstood((cause as Error).message.split('\n')[0] ?? 'a file cannot be read', cause);
  }
}

function wantedFile(name: string, target: unknown): WantedFile {
  const plain = NAME.exec(name)?.[1];
  const path = isRecord(target) ? target.path : undefined;
  if (plain === undefined || typeof path !== 'string') throw notUnderstood(`it wants a file ${JSON.stringify(name)}`);
  return { name: plain, inPackage: path };
}

function packageOf(metadata: Readonly<Record<string, unknown>>, source: string): Pick<WantedFiles, 'package' | 'feed'> {
  const found = recordAt(metadata, 'packages', source);
  const version = (Array.isArray(found.versions) ? found.versions : []).find(isRecord);
  const feed = recordAt(metadata, 'feeds', String(version?.feed));
  const [id, number, index] = [String(found.name), String(version?.version), String(feed.index)];
  if (feed.type !== 'nuget' || !PACKAGE_ID.test(id) || !VERSION.test(number) || !URL.canParse(index))
    throw notUnderstood('its package is no NuGet package');
  return { package: { id, version: number }, feed: index };
}

function at(metadata: Readonly<Record<string, unknown>>, area: string, key: string): unknown {
  const found = metadata[area];
  return isRecord(found) ? found[key] : undefined;
}

function recordAt(metadata: Readonly<Record<string, unknown>>, area: string, key: string): Readonly<Record<string, unknown>> {
  const found = at(metadata, area, key);
  if (!isRecord(found)) throw notUnderstood(`script/install-metadata.js has no ${area} of ${key}`);
  return found;
}

function listAt(metadata: Readonly<Record<string, unknown>>, area: string, key: string): readonly unknown[] {
  const found = at(metadata, area, key);
  return Array.isArray(found) ? found : [];
}

function notUnderstood(reason: string, cause?: unknown): Error {
  return fail('RUNTIME_NOT_UNDERSTOOD', { reason }, cause === undefined ? {} : { cause });
}
