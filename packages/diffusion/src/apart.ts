// biome-ignore lint/suspicious/noExplicitAny: loops of all forms meet in one place
type Loop = (...given: any[]) => any;

/**
 * A loop over many values as V8 compiles it by itself. Its middle compiler puts such a loop into the function that calls it and never gives that one to the
 * best compiler; there each Math.fround is a call that makes an object. A place that calls several loops is none that it puts them into.
 */
export function apart<L extends Loop>(loop: L): L {
  return ((...given: unknown[]) => call(loop, given)) as L;
}

function call(loop: Loop, given: readonly unknown[]): unknown {
  return loop(...given);
}
