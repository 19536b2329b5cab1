import { fail } from './errors.ts';

/** The JSON object that a flag gives. Throws VISION_CLI_VALUE_INVALID. */
export function jsonObject(flag: string, text: string): Readonly<Record<string, unknown>> {
  const wrong = { flag, value: text, expected: 'a JSON object' };
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>;
  } catch (cause) {
    throw fail('VALUE_INVALID', wrong, { cause });
  }
  throw fail('VALUE_INVALID', wrong);
}
