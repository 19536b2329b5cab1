import { bytesField, type FieldBytes, floatField, varintField } from './protobuf-writer.ts';

/** Types that a tiny network can have. */
export type TinyType = 'float32' | 'float16' | 'int32' | 'int64' | 'bool';

/** An input or output; text stands for a dimension that is open. */
export interface TinyValue {
  readonly name: string;
  readonly type: TinyType;
  readonly dims: readonly (number | string)[];
}

/** A constant: raw little-endian bytes, or the name of the file that holds them. */
export interface TinyWeight {
  readonly name: string;
  readonly type: TinyType;
  readonly dims: readonly number[];
  readonly data: Uint8Array | { readonly file: string; readonly offset?: number; readonly length?: number };
}

/** One operator. A whole number becomes an int attribute, a fraction a float, a list ints. */
export interface TinyNode {
  readonly operator: string;
  readonly domain?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, number | string | readonly number[]>>;
}

/** A network small enough to write by hand. */
export interface TinyModel {
  readonly inputs: readonly TinyValue[];
  readonly outputs: readonly TinyValue[];
  readonly nodes: readonly TinyNode[];
  readonly weights?: readonly TinyWeight[];
  /** Version of ONNX's own operator set; 17 if left out. */
  readonly opset?: number;
  /** Further operator sets by domain. */
  readonly opsets?: Readonly<Record<string, number>>;
}

const ELEMENT_TYPES: Readonly<Record<TinyType, number>> = { float32: 1, int32: 6, int64: 7, bool: 9, float16: 10 };

/** Bytes of an ONNX file: for tests of plugins and loaders that should not need real weights. Field numbers are those of onnx.proto. */
export function encodeModel(model: TinyModel): Uint8Array {
  const opsets = { '': model.opset ?? 17, ...model.opsets };
  return Buffer.concat([
    varintField(1, 8),
    bytesField(2, 'vision-sdk'),
    bytesField(7, encodeGraph(model)),
    ...Object.entries(opsets).map(([domain, version]) => bytesField(8, [bytesField(1, domain), varintField(2, version)])),
  ]);
}

function encodeGraph(model: TinyModel): FieldBytes[] {
  return [
    ...model.nodes.map((node) => bytesField(1, encodeNode(node))),
    bytesField(2, 'tiny'),
    ...(model.weights ?? []).map((weight) => bytesField(5, encodeWeight(weight))),
    ...model.inputs.map((value) => bytesField(11, encodeValue(value))),
    ...model.outputs.map((value) => bytesField(12, encodeValue(value))),
  ];
}

function encodeNode(node: TinyNode): FieldBytes[] {
  return [
    ...node.inputs.map((name) => bytesField(1, name)),
    ...node.outputs.map((name) => bytesField(2, name)),
    bytesField(4, node.operator),
    ...Object.entries(node.attributes ?? {}).map(([name, value]) => bytesField(5, encodeAttribute(name, value))),
    ...(node.domain === undefined ? [] : [bytesField(7, node.domain)]),
  ];
}

function encodeAttribute(name: string, value: number | string | readonly number[]): FieldBytes[] {
  const head = bytesField(1, name);
  if (typeof value === 'string') return [head, bytesField(4, value), varintField(20, 3)];
  if (typeof value !== 'number') return [head, ...value.map((item) => varintField(8, item)), varintField(20, 7)];
  if (Number.isInteger(value)) return [head, varintField(3, value), varintField(20, 2)];
  return [head, floatField(2, value), varintField(20, 1)];
}

function encodeWeight(weight: TinyWeight): FieldBytes[] {
  const head = [...weight.dims.map((dim) => varintField(1, dim)), varintField(2, ELEMENT_TYPES[weight.type]), bytesField(8, weight.name)];
  if (weight.data instanceof Uint8Array) return [...head, bytesField(9, weight.data)];
  const { file, offset = 0, length } = weight.data;
  const entries = { location: file, offset, ...(length === undefined ? {} : { length }) };
  return [...head, ...Object.entries(entries).map(([key, value]) => bytesField(13, encodeEntry(key, `${value}`))), varintField(14, 1)];
}

function encodeEntry(key: string, value: string): FieldBytes[] {
  return [bytesField(1, key), bytesField(2, value)];
}

function encodeValue(value: TinyValue): FieldBytes[] {
  const dims = value.dims.map((dim) => bytesField(1, [typeof dim === 'number' ? varintField(1, dim) : bytesField(2, dim)]));
  const tensor = [varintField(1, ELEMENT_TYPES[value.type]), bytesField(2, dims)];
  return [bytesField(1, value.name), bytesField(2, [bytesField(1, tensor)])];
}
