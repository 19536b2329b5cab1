import { readFile, stat } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { moduleResolve } from 'import-meta-resolve';
import { fail } from './errors.ts';

/**
 * The module of a plugin: a path (file or package folder), or a package name looked for from the folder `from`, then from the module `beside`, which brings
 * plugins along, then from this host. Throws `VISION_HOST_PLUGIN_NOT_FOUND`.
 */
export async function resolveModule(name: string, from: string, beside?: string): Promise<string> {
  if (name.startsWith('file:')) return name;
  const isPath = name.startsWith('.') || isAbsolute(name);
  const url = isPath ? await resolvePath(resolve(from, name)) : findPackage(name, [join(from, 'package.json'), beside, import.meta.url]);
  if (url === undefined) throw fail('PLUGIN_NOT_FOUND', { plugin: name, from, isPath });
  return url;
}

function findPackage(name: string, parents: readonly (string | undefined)[]): string | undefined {
  for (const parent of parents) {
    const url = parent === undefined ? undefined : resolvePackage(name, parent);
    if (url !== undefined) return url;
  }
  return undefined;
}

async function resolvePath(path: string): Promise<string | undefined> {
  const stats = await stat(path).catch(() => undefined);
  if (stats?.isDirectory()) return await resolveFolder(path);
  return stats === undefined ? undefined : pathToFileURL(path).href;
}

/** A package may always import itself by name. */
async function resolveFolder(folder: string): Promise<string | undefined> {
  const manifest = join(folder, 'package.json');
  const text = await readFile(manifest, 'utf8').catch(() => '{}');
  const name = nameIn(text, folder);
  return typeof name === 'string' ? resolvePackage(name, manifest) : undefined;
}

function nameIn(manifest: string, folder: string): unknown {
  try {
    return (JSON.parse(manifest) as { name?: unknown } | null)?.name;
  } catch (cause) {
    const reason = `its package.json is no JSON (${cause instanceof Error ? cause.message : String(cause)})`;
    throw fail('PLUGIN_IMPORT', { plugin: folder, reason }, { cause });
  }
}

function resolvePackage(name: string, parent: string): string | undefined {
  try {
    return moduleResolve(name, parent.startsWith('file:') ? new URL(parent) : pathToFileURL(parent), conditions()).href;
  } catch (error) {
    if (error instanceof Error && 'code' in error && NOT_THERE.has(String(error.code))) return undefined;
    throw fail('PLUGIN_IMPORT', { plugin: name, reason: error instanceof Error ? error.message : String(error) }, { cause: error });
  }
}

const NOT_THERE = new Set(['ERR_MODULE_NOT_FOUND', 'ERR_INVALID_MODULE_SPECIFIER', 'MODULE_NOT_FOUND']);

/** Node's own conditions, those of the command line, and the one for sources where this host runs from sources. */
function conditions(): Set<string> {
  const given = process.execArgv.flatMap((argument) => /^(?:--conditions|-C)=(.+)$/.exec(argument)?.[1] ?? []);
  return new Set([
    'node',
    'import',
    'module-sync',
    'node-addons',
    ...given,
    ...(import.meta.url.endsWith('.ts') ? ['@vision-sdk/source'] : []),
  ]);
}
