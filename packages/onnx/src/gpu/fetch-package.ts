import { join } from 'node:path';
import { VisionError } from '@vision-sdk/core';
import { completePart } from '../hub/download-file.ts';
import { fail as hubFail } from '../hub/errors.ts';
import type { FileProgress } from '../hub/fetch-files.ts';
import { sizeOf } from '../hub/inspect.ts';
import { Part } from '../hub/part.ts';
import { bare } from '../hub/redirect.ts';
import { persist } from '../hub/retry.ts';
import { firstThatWorks } from '../hub/routes.ts';
import type { HubSeams } from '../hub/settings.ts';
import type { Route } from '../hub/transport.ts';
import { fail } from './errors.ts';
import { describePackage, type FeedPackage, locatePackage } from './feed.ts';
import { unwritable } from './on-disk.ts';
import type { WantedFiles } from './wanted.ts';

const RETRIES = 5;

/** How a package is fetched. */
export interface FetchingPackage {
  /** Folder for what is under way, which exists. */
  readonly cache: string;
  /** Indexes of feeds, asked in order. The hash comes from the first that tells one. */
  readonly feeds: readonly string[];
  /** Further hosts that a feed may name or send us to. */
  readonly allowHosts: readonly string[];
  /** Hash that the package must have, hex. */
  readonly sha512?: string | undefined;
  readonly retries?: number | undefined;
  readonly seams: HubSeams;
  readonly signal: AbortSignal;
  onProgress?(progress: FileProgress): void;
}

/** Brings a package to the disk, going on where an earlier call stopped, and compares its SHA-512. Gives its path. */
export async function fetchPackage(wanted: Pick<WantedFiles, 'package'>, fetching: FetchingPackage): Promise<string> {
  const { seams, signal } = fetching;
  const routes = fetching.feeds.map((endpoint): Route => ({ endpoint, redirectHosts: fetching.allowHosts, silenceMs: seams.silenceMs }));
  const ask = (route: Route) => ({ package: wanted.package, route, signal, sha512: fetching.sha512 });
  const what = `${wanted.package.id} ${wanted.package.version}`;
  try {
    const found = await firstThatWorks(routes, { what, signal }, (route) => patiently(() => describePackage(ask(route)), route, fetching));
    const others = routes.filter((route) => route !== found.route);
    return await bring(found.result, { ...fetching, name: fileName(wanted) }, async (complete) => {
      const tries = [found.route, ...others];
      await firstThatWorks(tries, { what, signal }, async (route) => {
        const url = route === found.route ? found.result.url : await patiently(() => locatePackage(ask(route)), route, fetching);
        await complete(url, route);
      });
    });
  } catch (error) {
    throw explained(error, fetching.cache);
  }
}

function fileName({ package: { id, version } }: Pick<WantedFiles, 'package'>): string {
  return `${id}.${version}.nupkg`.toLowerCase();
}

async function bring(
  { bytes, sha512 }: FeedPackage,
  { name, cache, seams, signal, onProgress, retries = RETRIES }: FetchingPackage & { readonly name: string },
  work: (complete: (url: string, route: Route) => Promise<void>) => Promise<void>,
): Promise<string> {
  const path = (ending: string) => join(cache, `${name}${ending}`);
  await checkSpace(bytes - ((await sizeOf(path('.part'))) ?? 0), cache, seams);
  const layout = { file: () => path(''), part: () => path('.part'), etag: () => path('.part.etag') };
  await using part = await Part.open(layout, { name, bytes, sha256: undefined, gitBlob: undefined, sha512 }, signal);
  const tell = (received: number) => onProgress?.({ file: name, received, bytes });
  tell(part.received);
  await work((url, route) => completePart(part, { ...seams, url, route, retries, signal, onReceived: tell }));
  return part.path;
}

async function checkSpace(neededBytes: number, folder: string, { freeBytes }: HubSeams): Promise<void> {
  const free = await freeBytes(folder);
  if (neededBytes > free) throw fail('NO_SPACE', { folder, neededBytes, freeBytes: free });
}

function patiently<T>(attempt: () => Promise<T>, { endpoint }: Route, { seams, signal, retries = RETRIES }: FetchingPackage): Promise<T> {
  const giveUp = ({ message }: Error, attempts: number) => hubFail('UNREACHABLE', { url: bare(endpoint), reason: message, attempts });
  return persist(attempt, { sleep: seams.sleep, retries, signal, giveUp });
}

/** The transport's errors speak of model hubs; here a feed failed. */
function explained(error: unknown, cache: string): unknown {
  if (!VisionError.is(error) || !error.code.startsWith('VISION_HUB_')) return error;
  if (error.code === 'VISION_HUB_UNWRITABLE') return unwritable(cache, error);
  return fail('FETCH_FAILED', { reason: error.message }, { cause: error });
}
