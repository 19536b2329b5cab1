import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** True when this code runs from sources (tests), false from the built dist. */
export const fromSources = import.meta.url.endsWith('.ts');

/** Folder of @vision-sdk/cli: found upwards, because built code may sit in any chunk of dist. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

/** A module of this package as a path another process can import: `demo/wrapped` -> `…/dist/demo/wrapped.js`. */
export function modulePath(name: string): string {
  return join(packageRoot(), fromSources ? 'src' : 'dist', `${name}${fromSources ? '.ts' : '.js'}`);
}
