/** Floats with a shape, row by row: NCHW for latents and pictures, batch, tokens and width for encoded text. Data is shared, not copied. */
export interface Plane {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

/** What a component shows of itself: recordings and other runtimes can stand in for it. */
export type Face<Component> = Pick<Component, Exclude<keyof Component, typeof Symbol.asyncDispose>>;
