import { closeSync, fstatSync, openSync } from 'node:fs';
import { fail } from '../errors.ts';
import { ByteSource } from './byte-source.ts';
import { type Field, fields, type Span, text } from './protobuf.ts';

/** A piece of weights that a graph keeps in another file. */
export interface ExternalData {
  /** Relative to the folder of the graph, as written in it. */
  readonly location: string;
  /** Bytes that the file must have at least; 0 when the graph does not say. */
  readonly bytes: number;
}

/** What an ONNX file says about itself, read without ONNX Runtime and without reading weights. */
export interface ModelFacts {
  /** Program that wrote the file, '' when it does not say. */
  readonly producer: string;
  /** Version of each operator set by domain; ONNX's own is `ai.onnx`. */
  readonly opsets: Readonly<Record<string, number>>;
  /** Every kind of operator in the graph, its subgraphs and functions, as `domain:Name`, sorted. */
  readonly operators: readonly string[];
  /** Names of what the graph takes. */
  readonly inputs: readonly string[];
  /** One entry for each external file. Names are read, never guessed. */
  readonly externalData: readonly ExternalData[];
}

interface Draft {
  producer: string;
  /** Every exporter writes the format version first: with it, what follows is a damaged ONNX file rather than something else. */
  hasVersion: boolean;
  hasGraph: boolean;
  readonly opsets: Map<string, number>;
  readonly operators: Set<string>;
  /** Functions of the model itself: calls to them are no unknown operators. */
  readonly functions: Set<string>;
  readonly inputs: string[];
  readonly external: Map<string, number>;
}

type Visit = (field: Field, draft: Draft) => void;

/** Reads the facts of an ONNX file. Throws `VISION_ONNX_FILE_NOT_FOUND`, `FILE_UNREADABLE`, `NOT_ONNX` or `FILE_CORRUPT`. */
export async function inspectModel(path: string): Promise<ModelFacts> {
  return inspectModelSync(path);
}

/** {@link inspectModel} for what cannot wait, such as the weights that a plugin declares. */
export function inspectModelSync(path: string): ModelFacts {
  const file = openModel(path);
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) throw fail('FILE_UNREADABLE', { path, reason: 'it is not a regular file' });
    const source = new ByteSource(file, stats.size);
    refuseOtherFormats(path, source);
    return toFacts(readModel(path, source));
  } finally {
    closeSync(file);
  }
}

function openModel(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw fail('FILE_NOT_FOUND', { path }, { cause });
    throw fail('FILE_UNREADABLE', { path, reason: (cause as Error).message }, { cause });
  }
}

const FORMATS: readonly (readonly [looksLike: string, test: (head: Buffer) => boolean])[] = [
  ['an empty file', (head) => head.length === 0],
  ['a PyTorch checkpoint or another zip archive', (head) => head.toString('latin1', 0, 4) === 'PK\x03\x04'],
  ['a Python pickle', (head) => head[0] === 0x80 && head[1]! <= 5],
  ['an HDF5 file', (head) => head.toString('latin1', 1, 4) === 'HDF'],
  ['a GGUF file', (head) => head.toString('latin1', 0, 4) === 'GGUF'],
  ['a Git LFS pointer, not the file itself', (head) => head.toString('latin1').startsWith('version https://git-lfs')],
  ['a web page', (head) => /^\s*<(!doctype|html)/i.test(head.toString('latin1'))],
  ['a safetensors file', (head) => head.length > 9 && head.readUIntLE(2, 6) < 4096 && head.toString('latin1', 8, 10) === '{"'],
];

function refuseOtherFormats(path: string, source: ByteSource): void {
  const head = source.bytes(0, Math.min(source.size, 64));
  const format = FORMATS.find(([, test]) => test(head));
  if (format !== undefined) throw fail('NOT_ONNX', { path, looksLike: format[0] });
}

function readModel(path: string, source: ByteSource): Draft {
  const draft: Draft = {
    producer: '',
    hasVersion: false,
    hasGraph: false,
    opsets: new Map(),
    operators: new Set(),
    functions: new Set(),
    inputs: [],
    external: new Map(),
  };
  const model = modelVisitor(source);
  try {
    for (const field of fields(source, { start: 0, end: source.size })) model(field, draft);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw draft.hasVersion ? fail('FILE_CORRUPT', { path, reason: cause.message }, { cause }) : fail('NOT_ONNX', { path }, { cause });
  }
  if (!draft.hasVersion) throw fail('NOT_ONNX', { path });
  if (!draft.hasGraph) throw fail('FILE_CORRUPT', { path, reason: 'it ends before its graph' });
  return draft;
}

function toFacts(draft: Draft): ModelFacts {
  return {
    producer: draft.producer,
    opsets: Object.fromEntries(draft.opsets),
    operators: [...draft.operators].filter((operator) => !draft.functions.has(operator)).sort(),
    inputs: draft.inputs,
    externalData: [...draft.external].map(([location, bytes]) => ({ location, bytes })),
  };
}

/** Field numbers below are those of onnx.proto (ONNX project, Apache-2.0). */
function modelVisitor(source: ByteSource): Visit {
  const graph = graphVisitor(source);
  return (field, draft) => {
    if (field.number === 1 && field.kind === 'varint') draft.hasVersion = field.value > 0 && field.value < 1000;
    if (field.number === 2) draft.producer = text(source, field);
    if (field.number === 7) {
      draft.hasGraph = true;
      walk(source, field, draft, mainGraphVisitor(source, graph));
    }
    if (field.number === 8) addOpset(source, field, draft);
    if (field.number === 25) addFunction(source, field, draft, graph);
  };
}

function walk(source: ByteSource, span: Span, draft: Draft, visit: Visit): void {
  for (const field of fields(source, span)) visit(field, draft);
}

/** What only the outermost graph takes from outside. */
function mainGraphVisitor(source: ByteSource, graph: Visit): Visit {
  return (field, draft) => {
    graph(field, draft);
    if (field.number === 11) addInput(source, field, draft);
  };
}

function addInput(source: ByteSource, value: Span, draft: Draft): void {
  for (const field of fields(source, value)) if (field.number === 1) draft.inputs.push(text(source, field));
}

function graphVisitor(source: ByteSource): Visit {
  const graph: Visit = (field, draft) => {
    if (field.number === 1) addNode(source, field, draft, graph);
    if (field.number === 5) addExternal(source, field, draft);
  };
  return graph;
}

function addNode(source: ByteSource, node: Span, draft: Draft, graph: Visit): void {
  let name = '';
  let domain = '';
  for (const field of fields(source, node)) {
    if (field.number === 4) name = text(source, field);
    if (field.number === 7) domain = text(source, field);
    if (field.number === 5) walk(source, field, draft, subgraphVisitor(source, graph));
  }
  draft.operators.add(`${domainName(domain)}:${name}`);
}

/** Attributes hold the bodies of If and Loop, and tensors of constants. */
function subgraphVisitor(source: ByteSource, graph: Visit): Visit {
  return (field, draft) => {
    if (field.number === 6 || field.number === 11) walk(source, field, draft, graph);
    if (field.number === 5) addExternal(source, field, draft);
  };
}

function addOpset(source: ByteSource, opset: Span, draft: Draft): void {
  let domain = '';
  let version = 0;
  for (const field of fields(source, opset)) {
    if (field.number === 1) domain = text(source, field);
    if (field.number === 2 && field.kind === 'varint') version = field.value;
  }
  draft.opsets.set(domainName(domain), version);
}

function addFunction(source: ByteSource, body: Span, draft: Draft, graph: Visit): void {
  let name = '';
  let domain = '';
  for (const field of fields(source, body)) {
    if (field.number === 1) name = text(source, field);
    if (field.number === 10) domain = text(source, field);
    if (field.number === 7) addNode(source, field, draft, graph);
  }
  draft.functions.add(`${domainName(domain)}:${name}`);
}

function addExternal(source: ByteSource, tensor: Span, draft: Draft): void {
  const entries = new Map<string, string>();
  for (const field of fields(source, tensor)) {
    if (field.number === 13) entries.set(...readEntry(source, field));
  }
  const location = entries.get('location');
  if (location === undefined) return;
  const end = Number(entries.get('offset') ?? 0) + Number(entries.get('length') ?? 0);
  draft.external.set(location, Math.max(draft.external.get(location) ?? 0, Number.isSafeInteger(end) ? end : 0));
}

function readEntry(source: ByteSource, entry: Span): [key: string, value: string] {
  const pair: [string, string] = ['', ''];
  for (const field of fields(source, entry)) {
    if (field.number === 1) pair[0] = text(source, field);
    if (field.number === 2) pair[1] = text(source, field);
  }
  return pair;
}

function domainName(domain: string): string {
  return domain === '' ? 'ai.onnx' : domain;
}
