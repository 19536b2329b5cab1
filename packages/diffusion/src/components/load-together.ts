/** Notes something loaded, so that it is freed with the rest. */
type Keep = <Part extends AsyncDisposable>(part: Part) => Part;

/**
 * Loads several things that belong together: where one fails, those before it are freed, the last one first. What `load` returns is theirs to free, by
 * calling `dispose`; doing so again is harmless.
 */
export async function loadTogether<T>(load: (keep: Keep, dispose: () => Promise<void>) => Promise<T>): Promise<T> {
  const kept: AsyncDisposable[] = [];
  const keep: Keep = (part) => {
    kept.push(part);
    return part;
  };
  const dispose = async () => {
    for (const part of kept.splice(0).reverse()) await part[Symbol.asyncDispose]();
  };
  try {
    return await load(keep, dispose);
  } catch (error) {
    await dispose();
    throw error;
  }
}
