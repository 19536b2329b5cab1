import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import type { Entry, ZipFile } from 'yauzl';
import { fail } from './errors.ts';
import { onDisk, unwritable } from './on-disk.ts';
import type { WantedFile } from './wanted.ts';

const ELF = Buffer.from([0x7f, 0x45, 0x4c, 0x46]);
const MOST_ENTRIES = 10_000;

/** How files come out of a package. */
export interface Unpacking {
  /** Where they go, absolute. */
  readonly folder: string;
  readonly signal: AbortSignal;
  freeBytes(folder: string): Promise<number>;
}

/** One file that came out. */
export interface UnpackedFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Takes files out of a NuGet package, which is a ZIP file, and puts them into place once all are whole. Throws `VISION_GPU_PACKAGE_BROKEN`, `NO_SPACE`, `UNWRITABLE`. */
export async function unpack(archive: string, files: readonly WantedFile[], unpacking: Unpacking): Promise<readonly UnpackedFile[]> {
  const zip = await openZip(archive);
  const draft = (name: string) => join(unpacking.folder, `.${name}.part`);
  try {
    const entries = await entriesOf(zip, archive, files);
    await checkSpace(entries, unpacking);
    const unpacked: UnpackedFile[] = [];
    for (const [index, entry] of entries.entries()) {
      const { name } = files[index]!;
      unpacked.push({ name, ...(await write(zip, entry, { archive, path: draft(name), unpacking })) });
    }
    for (const { name } of files) await onDisk(unpacking.folder, () => rename(draft(name), join(unpacking.folder, name)));
    return unpacked;
  } finally {
    zip.close();
    for (const { name } of files) await rm(draft(name), { force: true });
  }
}

async function openZip(archive: string): Promise<ZipFile> {
  const { openPromise } = (await import('yauzl')).default;
  try {
    return await openPromise(archive, { lazyEntries: true, autoClose: false });
  } catch (cause) {
    throw broken(archive, (cause as Error).message, cause);
  }
}

/** The entries of the wanted files, in their order. */
async function entriesOf(zip: ZipFile, archive: string, files: readonly WantedFile[]): Promise<readonly Entry[]> {
  const found = new Map<string, Entry>();
  if (zip.entryCount > MOST_ENTRIES) throw broken(archive, `it has ${zip.entryCount} files`);
  try {
    for await (const entry of zip.eachEntry()) if (!found.has(entry.fileName)) found.set(entry.fileName, entry);
  } catch (cause) {
    throw broken(archive, (cause as Error).message, cause);
  }
  return files.map(({ inPackage }) => {
    const entry = found.get(inPackage);
    if (entry === undefined) throw broken(archive, `it has no ${inPackage}`);
    if (!entry.canDecodeFileData()) throw broken(archive, `${inPackage} is packed or encrypted in an unknown way`);
    return entry;
  });
}

async function checkSpace(entries: readonly Entry[], { folder, freeBytes }: Unpacking): Promise<void> {
  const neededBytes = entries.reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0);
  const free = await freeBytes(folder);
  if (neededBytes > free) throw fail('NO_SPACE', { folder, neededBytes, freeBytes: free });
}

interface Target {
  readonly archive: string;
  readonly path: string;
  readonly unpacking: Unpacking;
}

async function write(zip: ZipFile, entry: Entry, { archive, path, unpacking }: Target): Promise<Omit<UnpackedFile, 'name'>> {
  const { folder, signal } = unpacking;
  const name = basename(entry.fileName);
  const sums = checksums();
  const unpackTo = async () =>
    pipeline(await zip.openReadStreamPromise(entry), sums.through, createWriteStream(path, { mode: 0o644 }), { signal });
  await unpackTo().catch((error: unknown) => {
    if (signal.aborted) throw signal.reason;
    throw isOfTheZip(error) ? broken(archive, `${name} cannot be unpacked`, error) : unwritable(folder, error);
  });
  const { crc, first, sha256 } = sums.result();
  if (crc !== entry.crc32) throw broken(archive, `the checksum of ${name} is wrong`);
  if (!first.equals(ELF)) throw broken(archive, `${name} is no library`);
  return { bytes: entry.uncompressedSize, sha256 };
}

/** Sums up what passes through: the ZIP's own checksum, SHA-256, and the first four bytes. */
function checksums() {
  const hash = createHash('sha256');
  let crc = 0;
  let first = Buffer.alloc(0);
  const through = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      crc = crc32(chunk, crc);
      hash.update(chunk);
      if (first.length < ELF.length) first = Buffer.concat([first, chunk.subarray(0, ELF.length)]).subarray(0, ELF.length);
      done(null, chunk);
    },
  });
  return { through, result: () => ({ crc, first, sha256: hash.digest('hex') }) };
}

// The disk's errors name a system call; those of inflating and of sizes that are wrong do not.
function isOfTheZip(error: unknown): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).syscall === undefined;
}

function broken(file: string, reason: string, cause?: unknown): Error {
  return fail('PACKAGE_BROKEN', { file, reason }, cause === undefined ? {} : { cause });
}
