import { float16ToFloat32 } from '@vision-sdk/onnx';
import { fail } from './errors.ts';

const ITEM_BYTES = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, I16: 2, I8: 1, U64: 8, U32: 4, U16: 2, U8: 1, BOOL: 1 } as const;
const MAX_HEADER_BYTES = 100_000_000;

/** Types of values in a safetensors file. */
export type SafetensorsType = keyof typeof ITEM_BYTES;

/** One tensor of a safetensors file: its raw little-endian bytes are a view of the file. */
export interface SafetensorsEntry {
  readonly type: SafetensorsType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** A parsed safetensors file. */
export interface Safetensors {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, SafetensorsEntry>;
}

/** Reads a safetensors file without copying its tensors. Every offset is checked; throws `VISION_DIFFUSION_BAD_SAFETENSORS`. */
export function parseSafetensors(file: Uint8Array): Safetensors {
  const { header, body } = splitFile(file);
  const tensors = new Map<string, SafetensorsEntry>();
  let metadata: Record<string, string> = {};
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') metadata = entry as Record<string, string>;
    else tensors.set(name, readEntry(name, entry, body));
  }
  return { metadata, tensors };
}

function splitFile(file: Uint8Array): { header: Record<string, unknown>; body: Uint8Array } {
  if (file.length < 8) throw fail('BAD_SAFETENSORS', { problem: `it has ${file.length} bytes` });
  const length = new DataView(file.buffer, file.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(Math.min(file.length - 8, MAX_HEADER_BYTES)))
    throw fail('BAD_SAFETENSORS', { problem: `its header claims ${length} bytes` });
  const end = 8 + Number(length);
  return { header: parseHeader(file.subarray(8, end)), body: file.subarray(end) };
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (typeof header === 'object' && header !== null && !Array.isArray(header)) return header as Record<string, unknown>;
  } catch (cause) {
    throw fail('BAD_SAFETENSORS', { problem: 'its header is not JSON' }, { cause });
  }
  throw fail('BAD_SAFETENSORS', { problem: 'its header is not an object' });
}

function readEntry(name: string, entry: unknown, body: Uint8Array): SafetensorsEntry {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  if (typeof dtype !== 'string' || !Object.hasOwn(ITEM_BYTES, dtype))
    throw fail('BAD_SAFETENSORS', { problem: `"${name}" has the unknown type ${JSON.stringify(dtype)}` });
  if (!isCounts(shape) || !isCounts(offsets) || offsets.length !== 2)
    throw fail('BAD_SAFETENSORS', { problem: `"${name}" has no whole shape and offsets` });
  const [begin, end] = offsets as [number, number];
  const type = dtype as SafetensorsType;
  const size = shape.reduce((product, side) => product * side, ITEM_BYTES[type]);
  if (end > body.length || end - begin !== size)
    throw fail('BAD_SAFETENSORS', { problem: `"${name}" claims bytes ${begin} to ${end} of ${body.length} for ${size}` });
  return { type, shape, bytes: body.subarray(begin, end) };
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

/** The values of a tensor as 32-bit floats. F32 is copied, F16 and BF16 are widened exactly; other types throw. */
export function toFloat32Values(entry: SafetensorsEntry): Float32Array {
  const { type } = entry;
  if (type === 'F32') return new Float32Array(alignedBuffer(entry));
  if (type === 'F16') return float16ToFloat32(new Uint16Array(alignedBuffer(entry)));
  if (type === 'BF16') return widenBfloat16(new Uint16Array(alignedBuffer(entry)));
  throw fail('BAD_SAFETENSORS', { problem: `floats were expected, not ${type}` });
}

/** The bytes of a tensor in a buffer of their own, as typed arrays of several bytes an item need. */
export function alignedBuffer({ bytes }: SafetensorsEntry): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

function widenBfloat16(bits: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(bits, (half) => half << 16).buffer);
}
