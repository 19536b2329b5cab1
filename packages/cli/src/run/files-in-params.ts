import { parseValue, splitPair } from './request.ts';

/** Reads a file as base64. */
export type ReadBase64 = (file: string) => Promise<string>;

/** `--param` values in which every `{"file": "photo.png"}` has become the bytes of that file in base64. Throws VALUE_INVALID and what `read` throws. */
export async function withFiles(params: readonly string[], read: ReadBase64): Promise<readonly string[]> {
  return Promise.all(
    params.map(async (param) => {
      const [key, text] = splitPair('--param', param);
      const value = parseValue(text);
      return typeof value === 'object' ? `${key}=${JSON.stringify(await replaced(value, read))}` : param;
    }),
  );
}

async function replaced(value: unknown, read: ReadBase64): Promise<unknown> {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return Promise.all(value.map((item) => replaced(item, read)));
  const entries = Object.entries(value);
  const [[name, file] = []] = entries;
  if (entries.length === 1 && name === 'file' && typeof file === 'string') return read(file);
  return Object.fromEntries(await Promise.all(entries.map(async ([key, item]) => [key, await replaced(item, read)] as const)));
}
