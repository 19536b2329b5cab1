/** Latents of a side in a config's `sample_size`, which is a number or a list of height and width: of sides that differ the shorter. Undefined for anything else. */
export function sampleSide(size: unknown): number | undefined {
  const sides: readonly unknown[] = Array.isArray(size) ? size : [size];
  const fits = (side: unknown): side is number => Number.isSafeInteger(side) && (side as number) > 0;
  return sides.length > 0 && sides.length <= 2 && sides.every(fits) ? Math.min(...sides) : undefined;
}
