import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { RemoteFile } from './metadata.ts';

/** SHA-256 of what has arrived, and the hash to compare with where that is another one. */
export interface Digest {
  update(chunk: Uint8Array): void;
  /** SHA-256 in hex of what was given so far. */
  sha256(): string;
  /** What differs from the expected hash; undefined when all is well. */
  mismatch(): { readonly expected: string; readonly actual: string } | undefined;
}

/** A digest to compare with what the hub says about a file. */
export function digestFor(file: Pick<RemoteFile, 'bytes' | 'sha256' | 'gitBlob' | 'sha512'>): Digest {
  const sha256 = createHash('sha256');
  const gitBlob = file.gitBlob === undefined ? undefined : createHash('sha1').update(`blob ${file.bytes}\0`);
  const sha512 = file.sha512 === undefined ? undefined : createHash('sha512');
  const compare = (hash: Hash | undefined, expected: string | undefined) => {
    if (hash === undefined || expected === undefined) return undefined;
    const actual = hash.copy().digest('hex');
    return actual === expected ? undefined : { expected, actual };
  };
  return {
    update: (chunk) => {
      sha256.update(chunk);
      gitBlob?.update(chunk);
      sha512?.update(chunk);
    },
    sha256: () => sha256.copy().digest('hex'),
    mismatch: () => compare(sha256, file.sha256) ?? compare(gitBlob, file.gitBlob) ?? compare(sha512, file.sha512),
  };
}

/** Feeds the first `bytes` of a file to a digest. */
export async function digestFile(
  path: string,
  digest: Digest,
  { bytes, signal }: { readonly bytes: number; readonly signal?: AbortSignal },
) {
  if (bytes === 0) return;
  const stream = createReadStream(path, { end: bytes - 1, highWaterMark: 2 ** 20, ...(signal === undefined ? {} : { signal }) });
  for await (const chunk of stream as AsyncIterable<Buffer>) digest.update(chunk);
}

/** SHA-256 of a whole file in hex. */
export async function sha256File(path: string, signal?: AbortSignal): Promise<string> {
  const digest = digestFor({ bytes: 0, sha256: undefined, gitBlob: undefined });
  await digestFile(path, digest, { bytes: Number.POSITIVE_INFINITY, ...(signal === undefined ? {} : { signal }) });
  return digest.sha256();
}
