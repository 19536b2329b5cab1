import { fileURLToPath } from 'node:url';

/** Absolute path of one of the models. `src` and `dist` lie side by side. */
export function folderOf(model: string): string {
  return fileURLToPath(new URL(`../models/${model}`, import.meta.url));
}
