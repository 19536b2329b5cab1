import { fileURLToPath } from 'node:url';

/** Absolute path of something among the models. `src` and `dist` lie side by side. */
export function pathOf(path: string): string {
  return fileURLToPath(new URL(`../models/${path}`, import.meta.url));
}
