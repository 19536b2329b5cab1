import { rm } from 'node:fs/promises';
import type { HubWeights } from '@vision-sdk/core';
import { digestFile, digestFor } from './digest.ts';
import { completePart } from './download-file.ts';
import { fail } from './errors.ts';
import { inParallel } from './in-parallel.ts';
import { sizeOf } from './inspect.ts';
import type { Layout } from './layout.ts';
import { type ManifestEntry, readManifest, writeManifest } from './manifest.ts';
import { describeFiles, type RemoteFile } from './metadata.ts';
import { Part } from './part.ts';
import { bare } from './redirect.ts';
import { persist } from './retry.ts';
import { firstThatWorks, routesOf } from './routes.ts';
import type { HubSeams, HubSettings } from './settings.ts';
import type { Route } from './transport.ts';

/** How far one file is. */
export interface FileProgress {
  readonly file: string;
  /** Bytes on disk. */
  readonly received: number;
  readonly bytes: number;
}

/** What a pull tells while it works. */
export interface PullNews {
  /** Called when a file begins and each time a piece of it was written. */
  onProgress?(progress: FileProgress): void;
}

/** One pull of one source, under its lock. */
export interface Fetch {
  readonly source: HubWeights;
  readonly layout: Layout;
  readonly settings: HubSettings;
  readonly seams: HubSeams;
  readonly signal: AbortSignal;
  readonly news: PullNews;
}

/** Fetches files, several at once, and notes each in the manifest. Gives the names of those that were not on the disk already. */
export async function fetchFiles(wanted: readonly string[], fetch: Fetch): Promise<readonly string[]> {
  const { files, routes } = await describe(fetch);
  const remote = files.filter(({ name }) => wanted.includes(name));
  const record = await recorder(fetch);
  const adopted = await Promise.all(remote.map((file) => adopt(file, fetch)));
  for (const [index, { name }] of remote.entries()) if (adopted[index] !== undefined) await record(name, adopted[index]);
  const rest = remote.filter((_, index) => adopted[index] === undefined);
  await checkSpace(rest, fetch);
  await inParallel(rest, { limit: fetch.settings.parallel, signal: fetch.signal }, async (file, signal) =>
    record(file.name, await bring(file, { ...fetch, signal }, routes)),
  );
  return rest.map(({ name }) => name);
}

/** What the files are by the first route that answers, and the routes with that one in front. */
async function describe({ source, settings, seams, signal }: Fetch): Promise<{ files: readonly RemoteFile[]; routes: readonly Route[] }> {
  const routes = routesOf(settings, seams);
  const { result: files, route } = await firstThatWorks(routes, { what: source.repository, signal }, (one) =>
    persist(() => describeFiles(source, one, signal), {
      sleep: seams.sleep,
      retries: settings.retries,
      signal,
      giveUp: ({ message }, attempts) =>
        fail('UNREACHABLE', { url: bare(`${one.endpoint}/${source.repository}`), reason: message, attempts }),
    }),
  );
  return { files, routes: [route, ...routes.filter((other) => other !== route)] };
}

/** A file that lies there without a record, copied by hand: taken over when it is the right one. */
async function adopt(file: RemoteFile, { layout, signal }: Fetch): Promise<ManifestEntry | undefined> {
  const path = layout.file(file.name);
  if ((await sizeOf(path)) !== file.bytes) return undefined;
  const digest = digestFor(file);
  await digestFile(path, digest, { bytes: file.bytes, signal });
  return digest.mismatch() === undefined ? { bytes: file.bytes, sha256: digest.sha256() } : undefined;
}

async function bring(file: RemoteFile, fetch: Fetch, routes: readonly Route[]): Promise<ManifestEntry> {
  const { source, layout, seams, settings, signal, news } = fetch;
  const tell = (received: number) => news.onProgress?.({ file: file.name, received, bytes: file.bytes });
  const part = await Part.open(layout, file, signal);
  try {
    tell(part.received);
    await firstThatWorks(routes, { what: file.name, signal }, (route) =>
      completePart(part, {
        ...seams,
        url: fileUrl(route.endpoint, source, file.name),
        route,
        retries: settings.retries,
        signal,
        onReceived: tell,
      }),
    );
    const sha256 = part.digest.sha256();
    await part.finish();
    return { bytes: file.bytes, sha256 };
  } finally {
    await part[Symbol.asyncDispose]();
    if (file.bytes > 0 && part.received === 0) await rm(layout.part(file.name), { force: true });
  }
}

/** Address of a file at a commit. */
function fileUrl(endpoint: string, { repository, revision }: HubWeights, file: string): string {
  return `${endpoint}/${repository}/resolve/${revision}/${file.split('/').map(encodeURIComponent).join('/')}`;
}

/** Checks that what is still to come fits on the disk. Throws `VISION_HUB_NO_SPACE`. */
async function checkSpace(files: readonly RemoteFile[], { layout, seams }: Fetch): Promise<void> {
  const there = await Promise.all(files.map(({ name }) => sizeOf(layout.part(name))));
  const neededBytes = files.reduce((sum, { bytes }, index) => sum + Math.max(0, bytes - (there[index] ?? 0)), 0);
  const freeBytes = await seams.freeBytes(layout.folder);
  if (neededBytes > freeBytes) throw fail('NO_SPACE', { folder: layout.folder, neededBytes, freeBytes });
}

/** Notes files in the manifest, one after the other. */
async function recorder({ layout, source }: Fetch): Promise<(file: string, entry: ManifestEntry) => Promise<void>> {
  const manifest = new Map(await readManifest(layout));
  let last = Promise.resolve();
  return (file, entry) => {
    manifest.set(file, entry);
    last = last.then(() => writeManifest(layout, source, manifest));
    return last;
  };
}
