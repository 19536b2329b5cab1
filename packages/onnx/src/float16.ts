/** Half-precision bits nearest to a float given by its bits, ties to even, as IEEE 754 asks. Rounds once; NaN stays a quiet NaN. */
function halfBits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude >= 0x38800000 && magnitude < 0x477ff000) return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
  if (magnitude < 0x38800000) return sign | subnormalBits(magnitude);
  return sign | (magnitude > 0x7f800000 ? 0x7e00 | ((magnitude >>> 13) & 0x1ff) : 0x7c00);
}

/** Halves below 2^-14: a count of 2^-24 steps. */
function subnormalBits(magnitude: number): number {
  const shift = 126 - (magnitude >>> 23);
  if (shift > 24) return 0;
  return roundToEven((magnitude & 0x7fffff) | 0x800000, shift);
}

function roundToEven(bits: number, shift: number): number {
  const kept = bits >>> shift;
  const rest = bits & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return rest > half || (rest === half && (kept & 1) === 1) ? kept + 1 : kept;
}

function halfValue(bits: number): number {
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

let values: Float32Array | undefined;

/** Every half there is, 256 kB: reading the table is several times as fast as working them out. */
function halfValues(): Float32Array {
  values ??= Float32Array.from({ length: 65536 }, (_, bits) => halfValue(bits));
  return values;
}

/** Half-precision bits of each value, rounded to nearest, ties to even; beyond 65519.99 becomes infinity. An array of the same length may be given for them. */
export function float32ToFloat16(source: Float32Array, target: Uint16Array = new Uint16Array(source.length)): Uint16Array {
  const bits = new Int32Array(source.buffer, source.byteOffset, source.length);
  for (let i = 0; i < bits.length; i++) target[i] = halfBits(bits[i]!);
  return target;
}

/** The exact value of each half given by its bits. An array of the same length may be given for them. */
export function float16ToFloat32(source: Uint16Array, target: Float32Array = new Float32Array(source.length)): Float32Array {
  const table = halfValues();
  for (let i = 0; i < source.length; i++) target[i] = table[source[i]!]!;
  return target;
}
