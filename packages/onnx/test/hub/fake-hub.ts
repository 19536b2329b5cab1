import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What goes wrong with one request for a file; requests beyond the script go well. */
export interface Fault {
  /** Answers with this status and nothing else. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sends so many bytes of the body, then closes the connection. */
  readonly cutAfter?: number;
  /** Sends so many bytes of the body, then nothing. */
  readonly stallAfter?: number;
  /** Sends these bytes instead. */
  readonly instead?: Buffer;
  /** Sends the file and then more, without end and without telling a length. */
  readonly endless?: boolean;
  /** Answers to a range request with a piece that begins elsewhere. */
  readonly shifted?: number;
  /** Sends the file without telling its length. */
  readonly unsized?: boolean;
}

/** One request as it came. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
}

/** How the whole hub behaves. */
export interface HubBehaviour {
  readonly repository?: string;
  /** Files kept as large files, with SHA-256; the others have Git's hash. */
  readonly large?: readonly string[];
  /** False: ranges are ignored and no length of a piece is told. */
  readonly ranges?: boolean;
  /** Tag by file, read at each request. */
  etag?(file: string): string | undefined;
  /** Sends requests for files on to another address. */
  redirect?(file: string): string | undefined;
  /** Answers to the question what the files are; undefined lets it be answered rightly. */
  metadata?(): { readonly status: number; readonly body?: string; readonly headers?: Readonly<Record<string, string>> } | undefined;
}

/** A hub on loopback that misbehaves on request. */
export class FakeHub implements AsyncDisposable {
  readonly files: ReadonlyMap<string, Buffer>;
  readonly requests: Seen[] = [];
  readonly #behaviour: HubBehaviour;
  readonly #waiting: ((path: string) => void)[] = [];
  readonly #scripts = new Map<string, Fault[]>();
  readonly #server = createServer((request, response) => void this.#answer(request, response));

  private constructor(files: Readonly<Record<string, Buffer>>, behaviour: HubBehaviour) {
    this.files = new Map(Object.entries(files));
    this.#behaviour = behaviour;
  }

  static async start(files: Readonly<Record<string, Buffer>>, behaviour: HubBehaviour = {}): Promise<FakeHub> {
    const hub = new FakeHub(files, behaviour);
    await once(hub.#server.listen(0, '127.0.0.1'), 'listening');
    return hub;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Faults of the next requests for a file, in order. */
  script(file: string, ...faults: readonly Fault[]): void {
    this.#scripts.set(file, [...faults]);
  }

  /** Resolves at the next request for bytes of a file. */
  asked(file: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push((path) => path.endsWith(`/${file}`) && resolve());
    return promise;
  }

  /** Requests for bytes of a file. */
  gets(file: string): readonly Seen[] {
    return this.requests.filter(({ method, path }) => method === 'GET' && path.endsWith(`/${file}`));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    this.requests.push({ method, path: url, headers });
    for (const tell of this.#waiting) if (method === 'GET') tell(url);
    if (method === 'POST') return this.#describe(request, response);
    const file = decodeURIComponent(url.split('/resolve/')[1]?.split('/').slice(1).join('/') ?? '');
    const bytes = this.files.get(file);
    if (bytes === undefined) return void response.writeHead(404).end();
    const location = this.#behaviour.redirect?.(file);
    if (location !== undefined) return void response.writeHead(302, { location }).end();
    send(request, response, {
      bytes,
      etag: this.#tag(file),
      ranges: this.#behaviour.ranges !== false,
      ...this.#scripts.get(file)?.shift(),
    });
  }

  #tag(file: string): string | undefined {
    const { etag = (name: string) => `"${sha256(this.files.get(name) ?? Buffer.alloc(0)).slice(0, 16)}"` } = this.#behaviour;
    return etag(file);
  }

  async #describe(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request) text += chunk;
    const given = this.#behaviour.metadata?.();
    if (given !== undefined) return void response.writeHead(given.status, given.headers).end(given.body);
    const { paths } = JSON.parse(text) as { paths: readonly string[] };
    const entries = paths.flatMap((path) => (this.files.has(path) ? [this.#entry(path)] : []));
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(entries));
  }

  #entry(path: string): object {
    const bytes = this.files.get(path) ?? Buffer.alloc(0);
    const blob = createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
    const lfs = { oid: sha256(bytes), size: bytes.length, pointerSize: 130 };
    const large = this.#behaviour.large ?? [...this.files.keys()];
    return { type: 'file', path, size: bytes.length, oid: blob, ...(large.includes(path) ? { lfs } : {}) };
  }
}

/** SHA-256 in hex. */
export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** What is sent, and how it goes wrong. */
export type Sending = Fault & { readonly bytes: Buffer; readonly etag: string | undefined; readonly ranges: boolean };

/** Sends bytes with ranges and tags, and the faults of the script. */
export function send(request: IncomingMessage, response: ServerResponse, { bytes, etag, ranges, ...fault }: Sending): void {
  if (fault.status !== undefined) return void response.writeHead(fault.status, fault.headers).end();
  const whole = fault.instead ?? bytes;
  const start = ranges ? startOf(request, etag) : 0;
  const from = start === 0 ? 0 : start + (fault.shifted ?? 0);
  const body = whole.subarray(from);
  const tag = etag === undefined ? {} : { etag };
  const length = fault.endless === true || fault.unsized === true ? {} : { 'content-length': String(body.length) };
  const range = start === 0 ? {} : { 'content-range': `bytes ${from}-${whole.length - 1}/${whole.length}` };
  response.writeHead(start === 0 ? 200 : 206, { ...tag, ...length, ...range, ...fault.headers });
  if (fault.endless === true) return void pour(response, body);
  if (fault.stallAfter !== undefined) return void response.write(body.subarray(0, fault.stallAfter));
  if (fault.cutAfter === undefined) return void response.end(body);
  // Ending the socket below the response leaves its promised length unfulfilled.
  response.write(body.subarray(0, fault.cutAfter), () => response.socket?.end());
}

function startOf({ headers }: IncomingMessage, etag: string | undefined): number {
  const wanted = /^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1];
  return wanted === undefined || headers['if-range'] !== etag ? 0 : Number(wanted);
}

function pour(response: ServerResponse, bytes: Buffer): void {
  const more = () => {
    while (!response.destroyed && response.write(bytes));
    if (!response.destroyed) response.once('drain', more);
  };
  more();
}
