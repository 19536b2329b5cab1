import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Models lie in folders of their components, and no deeper. */
const DEEPEST = 2;

/** The files below a folder, relative to it, with `/`; empty where there is no folder or it may not be read, which loading then reports. */
export function filesBelow(folder: string, depth = DEEPEST): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      if (entry.name.startsWith('.')) return [];
      const path = join(folder, entry.name);
      if (isFolder(path)) return depth === 1 ? [] : filesBelow(path, depth - 1).map((file) => `${entry.name}/${file}`);
      return [entry.name];
    });
  } catch {
    return [];
  }
}

/** Follows links: hubs' caches are made of them. */
function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** Bytes of a file, 0 where there is none. */
export function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}
