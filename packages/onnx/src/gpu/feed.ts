import { VisionError } from '@vision-sdk/core';
import { fail as hubFail } from '../hub/errors.ts';
import { isRecord } from '../hub/json-file.ts';
import { bare, followed } from '../hub/redirect.ts';
import { open, type Route, readText } from '../hub/transport.ts';
import { fail } from './errors.ts';
import type { WantedFiles } from './wanted.ts';

const CAP_BYTES = 8 * 2 ** 20;
const MOST_PACKAGE_BYTES = 4 * 2 ** 30;
const CONTENT = 'PackageBaseAddress/3.0.0';
// Those of later versions are packed by gzip on nuget.org.
const REGISTRATIONS = ['RegistrationsBaseUrl', 'RegistrationsBaseUrl/3.0.0-rc', 'RegistrationsBaseUrl/3.0.0-beta'];

/** What a feed says about a package. */
export interface FeedPackage {
  readonly url: string;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha512: string;
}

/** One question to a feed. The route's endpoint is the address of its index. */
export interface FeedAsk {
  readonly package: WantedFiles['package'];
  readonly route: Route;
  readonly signal: AbortSignal;
  /** The hash that the user named, hex. */
  readonly sha512?: string | undefined;
}

/** Asks a NuGet feed where a package lies, how large it is and what its hash is. Throws a `Setback` for what may pass, and `VISION_GPU_NO_DIGEST`. */
export async function describePackage(ask: FeedAsk): Promise<FeedPackage> {
  const index = await askJson(ask.route.endpoint, ask);
  const url = packageUrl(index, ask);
  const told = await catalogued(index, ask).catch(notThere);
  const sha512 = ask.sha512 ?? told?.sha512;
  const name = `${ask.package.id} ${ask.package.version}`;
  if (sha512 === undefined) throw fail('NO_DIGEST', { url: bare(ask.route.endpoint), package: name });
  if (told !== undefined && told.sha512 !== sha512)
    throw hubFail('HASH_MISMATCH', { url: bare(url), expected: sha512, actual: told.sha512 });
  const bytes = told?.bytes ?? (await lengthOf(url, ask));
  if (bytes > MOST_PACKAGE_BYTES) throw hubFail('TOO_LARGE', { url: bare(url), bytes, allowedBytes: MOST_PACKAGE_BYTES });
  return { url, bytes, sha512 };
}

/** Address of the package itself, by the feed's index. */
export async function locatePackage(ask: FeedAsk): Promise<string> {
  return packageUrl(await askJson(ask.route.endpoint, ask), ask);
}

function packageUrl(index: Answer, { package: { id, version }, route }: FeedAsk): string {
  const base = resourceOf(index, [CONTENT], route);
  if (base === undefined) throw hubFail('BAD_ANSWER', { url: bare(index.url), reason: `its index has no ${CONTENT}` });
  const [name, number] = [id.toLowerCase(), version.toLowerCase()];
  return new URL(`${name}/${number}/${name}.${number}.nupkg`, base).href;
}

/** Size and hash as the feed's catalogue has them; undefined for a feed without one. */
async function catalogued(index: Answer, ask: FeedAsk): Promise<{ readonly bytes: number; readonly sha512: string } | undefined> {
  const base = resourceOf(index, REGISTRATIONS, ask.route);
  if (base === undefined) return undefined;
  const { id, version } = ask.package;
  const leaf = await askJson(new URL(`${id.toLowerCase()}/${version.toLowerCase()}.json`, base).href, ask);
  const address = leaf.value.catalogEntry;
  if (typeof address !== 'string') return undefined;
  const { value } = await askJson(allowed(leaf.url, address, ask.route), ask);
  const { packageHash: hash, packageHashAlgorithm: algorithm, packageSize: bytes } = value;
  const sha512 = typeof hash === 'string' && algorithm === 'SHA512' ? hexOfSha512(hash) : undefined;
  if (sha512 === undefined || !Number.isSafeInteger(bytes) || (bytes as number) < 1) return undefined;
  return { bytes: bytes as number, sha512 };
}

/** A feed may have the package and not its catalogue. */
function notThere(error: unknown): undefined {
  if (!VisionError.is(error, 'VISION_HUB_NOT_FOUND')) throw error;
}

async function lengthOf(url: string, { route, signal }: FeedAsk): Promise<number> {
  const opened = await open(url, { signal }, route);
  opened.body.on('error', () => undefined).destroy();
  const bytes = Number(opened.header('content-length'));
  if (!Number.isSafeInteger(bytes) || bytes < 1) throw hubFail('BAD_ANSWER', { url: bare(url), reason: 'it does not say how long it is' });
  return bytes;
}

interface Answer {
  readonly url: string;
  readonly value: Readonly<Record<string, unknown>>;
}

async function askJson(url: string, { route, signal }: Pick<FeedAsk, 'route' | 'signal'>): Promise<Answer> {
  const text = await readText(await open(url, { signal }, route), { capBytes: CAP_BYTES, signal });
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    if (isRecord(value)) return { url, value };
  } catch {
    // Told below, like JSON that is no object.
  }
  throw hubFail('BAD_ANSWER', { url: bare(url), reason: 'it is no JSON object' });
}

/** Address of a resource in a feed's index, with a slash at its end. */
function resourceOf({ url, value }: Answer, types: readonly string[], route: Route): string | undefined {
  const resources = Array.isArray(value.resources) ? value.resources.filter(isRecord) : [];
  const found = types.map((type) => resources.find((one) => one['@type'] === type)?.['@id']).find((id) => typeof id === 'string');
  return found === undefined ? undefined : allowed(url, `${found}`.replace(/\/*$/, '/'), route);
}

/** An address that a feed names is followed like a redirect: to its own host and to allowed ones. */
function allowed(from: string, address: string, { endpoint, redirectHosts }: Route): string {
  return followed(from, address, { endpoint, hosts: redirectHosts });
}

/** A SHA-512 in hex, from hex or base64; undefined for anything else. */
export function hexOfSha512(given: string): string | undefined {
  if (/^[0-9a-f]{128}$/i.test(given)) return given.toLowerCase();
  return /^[A-Za-z0-9+/]{86}==$/.test(given) ? Buffer.from(given, 'base64').toString('hex') : undefined;
}
