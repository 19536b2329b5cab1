/**
 * How strongly each residual of a ControlNet counts in guess mode, from a tenth for the first block to the whole for the middle one: `torch.logspace(-1, 0,
 * count)`, to the bit.
 */
export function guessScales(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => (count === 1 ? 0.1 : 10 ** (-1 + i / (count - 1))));
}
