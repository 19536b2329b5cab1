import { fail } from './errors.ts';
import type { Part } from './part.ts';
import { bare } from './redirect.ts';
import { asSetback, persist, Setback } from './retry.ts';
import type { HubSeams } from './settings.ts';
import { type Opened, open, type Route } from './transport.ts';

const GOOD_PIECE_BYTES = 2 ** 20;

/** How one file is fetched from one endpoint. */
export interface Fetching extends HubSeams {
  readonly url: string;
  readonly route: Route;
  readonly retries: number;
  readonly signal: AbortSignal;
  /** Bytes on disk, each time some were written. */
  onReceived(bytes: number): void;
}

/** Brings a part to its end and compares its hash, carrying on after each broken connection. Throws the hub's errors. */
export async function completePart(part: Part, fetching: Fetching): Promise<void> {
  const inherited = part.received > 0;
  const mismatch = await bring(part, fetching);
  if (mismatch === undefined) return;
  // The piece that an earlier pull left may be at fault rather than this endpoint.
  const again = inherited ? await bring(part, fetching) : mismatch;
  if (again !== undefined) throw fail('HASH_MISMATCH', { url: bare(fetching.url), ...again });
}

/** Fetches what is not there yet. A part whose hash is wrong is emptied, and what differs is returned. */
async function bring(part: Part, fetching: Fetching): Promise<ReturnType<Part['digest']['mismatch']>> {
  const attempt = async () => {
    if (part.received < part.file.bytes || part.file.bytes === 0) await carryOn(part, fetching);
  };
  await persist(attempt, {
    ...fetching,
    progressed: furtherThanEver(part),
    giveUp: ({ message }, attempts) => fail('UNREACHABLE', { url: bare(fetching.url), reason: message, attempts }),
  });
  const mismatch = part.digest.mismatch();
  if (mismatch !== undefined) await part.restart();
  return mismatch;
}

/** Tells whether a try brought a good piece beyond all that was there before: a server that makes us begin anew for ever brings none. */
function furtherThanEver(part: Part): () => boolean {
  let furthest = part.received;
  return () => {
    const further = part.received - furthest >= GOOD_PIECE_BYTES;
    if (further) furthest = part.received;
    return further;
  };
}

async function carryOn(part: Part, fetching: Fetching): Promise<void> {
  const { signal, route, url } = fetching;
  const resume = part.received > 0 && part.etag !== undefined;
  const headers: Record<string, string> = resume ? { range: `bytes=${part.received}-`, 'if-range': part.etag ?? '' } : {};
  const opened = await open(url, { headers, signal, accepts: [206, 416] }, route);
  try {
    await prepare(part, opened, resume);
    await receive(part, opened, fetching);
  } finally {
    // Destroying a body that is still coming makes it say so.
    opened.body.on('error', () => undefined).destroy();
  }
}

/** Decides whether the answer carries the part on or begins anew, and refuses one that cannot fit. */
async function prepare(part: Part, opened: Opened, resume: boolean): Promise<void> {
  if (opened.status === 206 && !continues(part, opened, resume)) return startOver(part, 'it sent another piece than was asked for');
  if (opened.status === 416) return startOver(part, 'it has nothing after what has arrived');
  if (opened.status === 200) await part.restart(strongTag(opened));
  checkLength(part, opened);
}

async function startOver(part: Part, reason: string): Promise<never> {
  await part.restart();
  throw new Setback(reason);
}

function continues(part: Part, opened: Opened, resume: boolean): boolean {
  const range = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(opened.header('content-range') ?? '');
  if (!resume || range === null) return false;
  const [, start, , total] = range;
  const sameVersion = (strongTag(opened) ?? part.etag) === part.etag;
  return sameVersion && Number(start) === part.received && (total === '*' || Number(total) === part.file.bytes);
}

/** The tag of an answer, unless it is weak: bytes of equal weak tags may differ. */
function strongTag(opened: Opened): string | undefined {
  const etag = opened.header('etag');
  return etag !== undefined && /^"[\x21\x23-\x7e]{1,200}"$/.test(etag) ? etag : undefined;
}

function checkLength(part: Part, opened: Opened): void {
  const url = bare(opened.url);
  const encoding = opened.header('content-encoding') ?? 'identity';
  if (encoding !== 'identity') throw fail('BAD_ANSWER', { url, reason: `packed as ${encoding}, which was not asked for` });
  const header = opened.header('content-length');
  if (header === undefined) return;
  const bytes = part.received + Number(header);
  if (bytes > part.file.bytes) throw fail('TOO_LARGE', { url, bytes, allowedBytes: part.file.bytes });
  if (bytes < part.file.bytes) throw fail('BAD_ANSWER', { url, reason: `${bytes} bytes, ${part.file.bytes} were expected` });
}

async function receive(part: Part, opened: Opened, { signal, onReceived }: Fetching): Promise<void> {
  try {
    for await (const chunk of opened.body as AsyncIterable<Buffer>) {
      const bytes = part.received + chunk.length;
      if (bytes > part.file.bytes) throw fail('TOO_LARGE', { url: bare(opened.url), bytes, allowedBytes: part.file.bytes });
      await part.append(chunk);
      onReceived(part.received);
    }
  } catch (error) {
    throw asSetback(error, signal);
  }
  if (part.received < part.file.bytes) throw new Setback(`the connection ended after ${part.received} of ${part.file.bytes} bytes`);
}
