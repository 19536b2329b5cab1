import type { ByteSource } from './byte-source.ts';

/** A range of bytes in a file. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** One field of a protobuf message. Only the wire types that ONNX uses. */
export type Field = Span & { readonly number: number } & (
    | { readonly kind: 'varint'; readonly value: number }
    | { readonly kind: 'bytes' }
    | { readonly kind: 'fixed' }
  );

/** Longest name or path that is read as text. */
const TEXT_LIMIT = 64 * 1024;

/** The fields of the message in `span`, in file order. Payloads are not read. Throws RangeError for bytes that are no protobuf. */
export function* fields(source: ByteSource, span: Span): Generator<Field> {
  let position = span.start;
  while (position < span.end) {
    const field = fieldAt(source, position, span.end);
    yield field;
    position = field.end;
  }
}

function fieldAt(source: ByteSource, position: number, limit: number): Field {
  const tag = varint(source, position);
  const number = Math.floor(tag.value / 8);
  if (number < 1) throw new RangeError(`byte ${position} is no field`);
  const field = payload(source, { number, type: tag.value % 8, start: tag.end });
  if (field.end > limit) throw new RangeError(`the field at byte ${position} runs past its end`);
  return field;
}

function payload(source: ByteSource, tag: { number: number; type: number; start: number }): Field {
  const { number, type, start } = tag;
  if (type === 0) {
    const { value, end } = varint(source, start);
    return { kind: 'varint', number, value, start, end };
  }
  if (type === 2) {
    const length = varint(source, start);
    return { kind: 'bytes', number, start: length.end, end: length.end + length.value };
  }
  if (type === 1 || type === 5) return { kind: 'fixed', number, start, end: start + (type === 1 ? 8 : 4) };
  throw new RangeError(`wire type ${type} before byte ${start}`);
}

/** Values above 2^53 lose their low bits; ONNX has such values only in attributes, which nobody reads here. */
function varint(source: ByteSource, start: number): { value: number; end: number } {
  let value = 0;
  for (let i = 0; i < 10; i++) {
    const byte = source.byte(start + i);
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { value, end: start + i + 1 };
  }
  throw new RangeError(`the number at byte ${start} does not end`);
}

/** The UTF-8 text of a field. */
export function text(source: ByteSource, span: Span): string {
  if (span.end - span.start > TEXT_LIMIT) throw new RangeError(`the text at byte ${span.start} is longer than ${TEXT_LIMIT} bytes`);
  return source.bytes(span.start, span.end).toString('utf8');
}
