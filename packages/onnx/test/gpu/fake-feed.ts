import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Fault, type Seen, send } from '../hub/fake-hub.ts';
import { ID, VERSION } from './support.ts';

/** How the whole feed behaves. */
export interface FeedBehaviour {
  /** False: the feed has no catalogue, and so tells no hash. */
  readonly catalogue?: boolean;
  /** Hash that the catalogue tells instead of the right one. */
  readonly tells?: string;
  /** Answers to questions by path; undefined lets them be answered rightly. */
  answer?(
    path: string,
  ): { readonly status?: number; readonly body?: string; readonly headers?: Readonly<Record<string, string>> } | undefined;
  /** Where the package is sent from instead. */
  readonly contentAt?: string;
}

/** A NuGet feed on loopback that misbehaves on request. */
export class FakeFeed implements AsyncDisposable {
  readonly package: Buffer;
  readonly requests: Seen[] = [];
  readonly #behaviour: FeedBehaviour;
  readonly #script: Fault[] = [];
  readonly #server = createServer((request, response) => this.#answer(request, response));

  private constructor(bytes: Buffer, behaviour: FeedBehaviour) {
    this.package = bytes;
    this.#behaviour = behaviour;
  }

  static async start(bytes: Buffer, behaviour: FeedBehaviour = {}): Promise<FakeFeed> {
    const feed = new FakeFeed(bytes, behaviour);
    await once(feed.#server.listen(0, '127.0.0.1'), 'listening');
    return feed;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Address of the index. */
  get index(): string {
    return `${this.origin}/v3/index.json`;
  }

  /** Faults of the next requests for the package, in order. */
  script(...faults: readonly Fault[]): void {
    this.#script.splice(0, this.#script.length, ...faults);
  }

  /** Requests for the package itself. */
  gets(): readonly Seen[] {
    return this.requests.filter(({ path }) => path.endsWith('.nupkg'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { url = '', method = '', headers } = request;
    this.requests.push({ method, path: url, headers });
    const given = this.#behaviour.answer?.(url);
    if (given !== undefined) return void response.writeHead(given.status ?? 200, given.headers).end(given.body);
    const found = this.#documents()[url];
    if (found !== undefined) return void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(found));
    const [id, version] = [ID.toLowerCase(), VERSION];
    if (url !== `/content/${id}/${version}/${id}.${version}.nupkg`) return void response.writeHead(404).end();
    const etag = `"${createHash('md5').update(this.package).digest('hex')}"`;
    send(request, response, { bytes: this.package, etag, ranges: true, ...this.#script.shift() });
  }

  #documents(): Readonly<Record<string, object>> {
    const at = (path: string) => `${this.origin}${path}`;
    const leaf = `/registration/${ID.toLowerCase()}/${VERSION}.json`;
    const registration = this.#behaviour.catalogue === false ? [] : [{ '@id': at('/registration'), '@type': 'RegistrationsBaseUrl' }];
    const content = { '@id': this.#behaviour.contentAt ?? at('/content/'), '@type': 'PackageBaseAddress/3.0.0' };
    const packageHash = this.#behaviour.tells ?? createHash('sha512').update(this.package).digest('base64');
    return {
      '/v3/index.json': { version: '3.0.0', resources: [content, ...registration] },
      [leaf]: { catalogEntry: at('/catalog/data.json') },
      '/catalog/data.json': { packageHash, packageHashAlgorithm: 'SHA512', packageSize: this.package.length },
    };
  }
}
