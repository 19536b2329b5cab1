import { type HubWeights, VisionError } from '@vision-sdk/core';
import { fail } from './errors.ts';
import { isRecord } from './json-file.ts';
import { bare } from './redirect.ts';
import { Setback } from './retry.ts';
import { open, type Route, readText } from './transport.ts';

const CAP_BYTES = 8 * 2 ** 20;
// Authors write sizes as a page shows them, rounded.
const TOLERANCE = 1.05;

/** What the hub says about one file of a commit. One of the hashes is always known. */
export interface RemoteFile {
  readonly name: string;
  readonly bytes: number;
  /** SHA-256 in hex: pinned by the plugin, or of a large file from the hub. */
  readonly sha256: string | undefined;
  /** Git's name for the content, SHA-1 in hex over a header and the bytes: for small files, which have no other. */
  readonly gitBlob: string | undefined;
  /** SHA-512 in hex, which package feeds tell. */
  readonly sha512?: string;
}

/** Asks one endpoint what the declared files are. Throws {@link Setback} for what may pass, and the hub's errors. */
export async function describeFiles(source: HubWeights, route: Route, signal: AbortSignal): Promise<readonly RemoteFile[]> {
  const url = bare(`${route.endpoint}/${source.repository}`);
  const found = await askHub(source, route, signal);
  const files = source.files.map((name) => remoteFile(name, { found, source, url }));
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const allowedBytes = Math.ceil(source.bytes * TOLERANCE);
  if (bytes > allowedBytes) throw fail('TOO_LARGE', { url, bytes, allowedBytes });
  return files;
}

// The library knows the hub's interface; its downloads start over when cut, follow any redirect and cap nothing, so bytes and transport are ours.
async function askHub({ repository, revision, files }: HubWeights, route: Route, signal: AbortSignal): Promise<readonly unknown[]> {
  const { pathsInfo } = await import('@huggingface/hub');
  try {
    return await pathsInfo({
      repo: { type: 'model', name: repository },
      revision,
      paths: [...files],
      hubUrl: route.endpoint,
      fetch: cappedFetch(route, signal),
    });
  } catch (error) {
    if (VisionError.is(error) || error instanceof Setback || signal.aborted) throw error;
    throw fail(
      'BAD_ANSWER',
      { url: bare(`${route.endpoint}/${repository}`), reason: 'its list of files cannot be read' },
      { cause: error },
    );
  }
}

/** `fetch` for the library: capped, and by our rules for redirects and for the token. */
function cappedFetch(route: Route, signal: AbortSignal): typeof fetch {
  return async (input, init = {}) => {
    const url = input instanceof Request ? input.url : String(input);
    const headers = Object.fromEntries(new Headers(init.headers));
    const ask = { method: init.method === 'POST' ? ('POST' as const) : ('GET' as const), headers, signal };
    const opened = await open(url, typeof init.body === 'string' ? { ...ask, body: init.body } : ask, route);
    const text = await readText(opened, { capBytes: CAP_BYTES, signal });
    return new Response(text, { status: opened.status, headers: { 'content-type': opened.header('content-type') ?? '' } });
  };
}

interface Answer {
  readonly found: readonly unknown[];
  readonly source: HubWeights;
  readonly url: string;
}

function remoteFile(name: string, { found, source, url }: Answer): RemoteFile {
  const entry = found.find((one) => isRecord(one) && one.path === name && one.type === 'file');
  if (!isRecord(entry)) throw fail('NOT_FOUND', { url: `${url}/resolve/${source.revision}/${name}`, status: 404 });
  const lfs = isRecord(entry.lfs) ? entry.lfs : undefined;
  const bytes = lfs?.size ?? entry.size;
  const wrong = (reason: string) => fail('BAD_ANSWER', { url, reason: `${name}: ${reason}` });
  if (!Number.isSafeInteger(bytes) || (bytes as number) < 0) throw wrong('no size');
  const told = hexOf(lfs?.oid, 64);
  const pinned = source.sha256?.[name]?.toLowerCase();
  if (pinned !== undefined && told !== undefined && told !== pinned)
    throw fail('HASH_MISMATCH', { url: `${url}/resolve/${source.revision}/${name}`, expected: pinned, actual: told });
  const gitBlob = lfs === undefined ? hexOf(entry.oid, 40) : undefined;
  const sha256 = pinned ?? told;
  if (sha256 === undefined && gitBlob === undefined) throw wrong('no hash');
  return { name, bytes: bytes as number, sha256, gitBlob };
}

function hexOf(value: unknown, length: number): string | undefined {
  return typeof value === 'string' && value.length === length && /^[0-9a-f]+$/i.test(value) ? value.toLowerCase() : undefined;
}
