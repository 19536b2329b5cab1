import { fail } from '../errors.ts';

/** One option of a config: its default, and what it takes. */
export interface Option<T> {
  readonly initial: T;
  readonly allowed: string;
  accepts(value: unknown): boolean;
}

/** Values of a set of options. */
export type OptionValues<O extends Readonly<Record<string, Option<unknown>>>> = {
  readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never;
};

/** A finite number. */
export function numeric(initial: number): Option<number> {
  return { initial, allowed: 'a number', accepts: (value) => typeof value === 'number' && !Number.isNaN(value) };
}

/** A whole number of at least `least`. */
export function whole(initial: number, least = 1): Option<number> {
  return {
    initial,
    allowed: `a whole number from ${least}`,
    accepts: (value) => Number.isSafeInteger(value) && (value as number) >= least,
  };
}

/** A number or null. */
export function numericOrNull(initial: number | null): Option<number | null> {
  return { initial, allowed: 'a number or null', accepts: (value) => value === null || Number.isFinite(value) };
}

/** True or false. */
export function flag(initial: boolean): Option<boolean> {
  return { initial, allowed: 'true or false', accepts: (value) => typeof value === 'boolean' };
}

/** One of some words, the first by default. */
export function oneOf<const T extends string>(initial: T, ...others: readonly T[]): Option<T> {
  const words: readonly unknown[] = [initial, ...others];
  return { initial, allowed: words.join(', '), accepts: (value) => words.includes(value) };
}

/** An option that diffusers has and this scheduler supports in its usual value only. */
export function only<const T extends boolean | number | string | null>(...values: readonly T[]): Option<T> {
  const known: readonly unknown[] = values;
  return { initial: values[0]!, allowed: `only ${values.join(' or ')}`, accepts: (value) => known.includes(value) };
}

/** A list of numbers, or null. */
export function listOrNull(initial: readonly number[] | null): Option<readonly number[] | null> {
  return {
    initial,
    allowed: 'a list of numbers or null',
    accepts: (value) => value === null || (Array.isArray(value) && value.every(Number.isFinite)),
  };
}

/** Values of the options in a config, the default where it has none. Throws `VISION_DIFFUSION_BAD_SCHEDULER_OPTION` by name. */
export function readOptions<O extends Readonly<Record<string, Option<unknown>>>>(
  scheduler: string,
  options: O,
  config: Readonly<Record<string, unknown>>,
): OptionValues<O> {
  const values = Object.entries(options).map(([option, { initial, allowed, accepts }]) => {
    const value = config[option];
    if (value === undefined) return [option, initial];
    if (!accepts(value)) throw fail('BAD_SCHEDULER_OPTION', { scheduler, option, value, allowed });
    return [option, value];
  });
  return Object.fromEntries(values) as OptionValues<O>;
}
