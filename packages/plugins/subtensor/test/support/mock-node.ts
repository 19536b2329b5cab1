import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expandMetadata, Metadata, TypeRegistry } from '@polkadot/types';
import { type WebSocket, WebSocketServer } from 'ws';

const ROOT = `0x${'11'.repeat(32)}`;
const OTHER_ROOT = `0x${'22'.repeat(32)}`;
const EXTENSIONS = [
  'SubtensorTransactionExtension',
  'DrandPriority',
  'SudoTransactionExtension',
  'CheckShieldedTxValidity',
  'CheckColdkeySwap',
];
/** What is left of a pool refusal, or nothing for a call that goes into the next block. */
type Verdict = { readonly code: number; readonly message: string; readonly data?: unknown } | undefined;

type Storage = ReturnType<typeof expandMetadata>['query'];
type Entry = NonNullable<Storage[string]>[string];

/** A call as the node decoded it. */
export interface SeenCall {
  readonly name: string;
  readonly signer: string;
  readonly nonce: number;
  readonly args: Readonly<Record<string, unknown>>;
  /** Blocks for which it stays valid; undefined when it never dies. */
  readonly period: number | undefined;
}

/**
 * A node in memory that knows a chain by its metadata alone: storage and runtime calls are encoded by the chain's own types,
 * and each call that comes in is decoded by them and goes into a block of its own.
 */
export class MockNode implements AsyncDisposable {
  readonly calls: SeenCall[] = [];
  /** Decides over a call before it is taken. */
  judge: (call: SeenCall) => Verdict = () => undefined;
  /** Takes calls into blocks without telling those who watch them. */
  isLosingUpdates = false;
  head = 1000;
  /** The newest final block; the head unless set. */
  finalized: number | undefined;
  /** Blocks from this one on are others than those that were there first. */
  replacedFrom = Number.POSITIVE_INFINITY;
  blockMs = 12_000;
  startMs = 1_790_000_000_000;
  readonly #registry = new TypeRegistry();
  readonly #metadata: Metadata;
  readonly #query: Storage;
  readonly #storage = new Map<string, string>();
  readonly #runtimeCalls = new Map<string, string>();
  readonly #bodies = new Map<number, string>();
  readonly #asked = new Map<string, number>();
  #lastCall: string | undefined;
  readonly #numbers = new Map<string, number>();
  readonly #heads = new Set<WebSocket>();
  readonly #nonces = new Map<string, number>();
  readonly #server: WebSocketServer;

  private constructor(server: WebSocketServer, metadata: Uint8Array) {
    this.#server = server;
    this.#metadata = new Metadata(this.#registry, `0x${Buffer.from(metadata).toString('hex')}`);
    const extensions = Object.fromEntries(EXTENSIONS.map((name) => [name, { extrinsic: {}, payload: {} }]));
    this.#registry.setMetadata(this.#metadata, undefined, extensions);
    this.#query = expandMetadata(this.#registry, this.#metadata).query;
    server.on('connection', (client) => client.on('message', (data) => this.#answer(client, JSON.parse(data.toString()))));
  }

  static async start(metadata: Uint8Array): Promise<MockNode> {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await once(server, 'listening');
    return new MockNode(server, metadata);
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Stores a value of subtensor's pallet under its keys. */
  store(item: string, keys: readonly unknown[], value: unknown): void {
    this.storeIn('subtensorModule', item, keys, value);
  }

  /** Stores a value of any pallet under its keys. */
  storeIn(pallet: string, item: string, keys: readonly unknown[], value: unknown): void {
    const entry = this.#query[pallet]?.[item];
    if (entry === undefined) throw new Error(`The metadata has no ${pallet}.${item}.`);
    const { type } = entry.meta;
    const typeId = type.isPlain ? type.asPlain : type.asMap.value;
    const encoded = this.#registry.createType(this.#registry.createLookupType(typeId), value as never).toHex(true);
    this.#storage.set(this.#keyOf(entry, keys), encoded);
  }

  /** Answers a runtime call with a value of a type that the metadata names. */
  answerCall(method: string, type: string, value: unknown): void {
    const encoded = this.#registry.createTypeUnsafe(type, [value]).toU8a();
    this.#runtimeCalls.set(method, `0x${Buffer.from(encoded).toString('hex')}`);
  }

  /** The name of a struct or enum of the chain, as the registry knows it. */
  typeNamed(name: string): string {
    const found = this.#registry.lookup.types.find(({ type: { path } }) => path.at(-1)?.toString() === name);
    if (found === undefined) throw new Error(`The metadata has no type ${name}.`);
    return this.#registry.createLookupType(found.id);
  }

  /** How often a method was called. */
  asked(method: string): number {
    return this.#asked.get(method) ?? 0;
  }

  /** Builds blocks and tells followers. */
  advance(count = 1): void {
    this.head += count;
    const frame = { jsonrpc: '2.0', method: 'chain_newHead', params: { subscription: 'heads', result: this.#header(this.head) } };
    for (const client of this.#heads) client.send(JSON.stringify(frame));
  }

  /** Puts other blocks, with nothing in them, in the place of those from this one on, and as many. */
  replaceBlocks(from: number): void {
    this.replacedFrom = from;
    for (const block of this.#bodies.keys()) if (block >= from) this.#bodies.delete(block);
  }

  /** Puts a call into the newest block, as the pool does with one that came back from a block that was replaced. */
  includeAgain(): void {
    if (this.#lastCall !== undefined) this.#bodies.set(this.head, this.#lastCall);
  }

  /** Ends all connections, as a node that fails; it takes new ones. */
  dropConnections(): void {
    this.#heads.clear();
    for (const client of this.#server.clients) client.terminate();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#server.clients) client.terminate();
    this.#server.close();
  }

  #keyOf(entry: Entry, keys: readonly unknown[]): string {
    const bytes = entry(...keys);
    // A storage key starts with its length.
    const start = bytes.length > 65 ? 2 : 1;
    return `0x${Buffer.from(bytes.subarray(start)).toString('hex')}`;
  }

  #answer(
    client: WebSocket,
    { id, method, params }: { readonly id: number; readonly method: string; readonly params: readonly never[] },
  ): void {
    this.#asked.set(method, this.asked(method) + 1);
    const reply = (body: object) => client.send(JSON.stringify({ jsonrpc: '2.0', id, ...body }));
    if (method === 'author_submitAndWatchExtrinsic') {
      this.#take(client, String(params[0]), reply);
      return;
    }
    if (method === 'chain_subscribeNewHead') this.#heads.add(client);
    reply({ result: this.#results(method, params) ?? null });
    if (method === 'chain_subscribeNewHead') this.advance(0);
  }

  #results(method: string, params: readonly never[]): unknown {
    switch (method) {
      case 'chain_getBlockHash':
        return params.length === 0 ? this.#hashOf(this.head) : Number(params[0]) > this.head ? null : this.#hashOf(Number(params[0]));
      case 'chain_getFinalizedHead':
        return this.#hashOf(this.finalized ?? this.head);
      case 'chain_getHeader':
        return this.#header(this.#numberOf(params[0]));
      case 'chain_getBlock':
        return {
          block: {
            header: this.#header(this.#numberOf(params[0])),
            extrinsics: [this.#bodies.get(this.#numberOf(params[0]))].filter(Boolean),
          },
          justifications: null,
        };
      case 'state_getMetadata':
        return this.#metadata.toHex();
      case 'state_getRuntimeVersion':
        return {
          specName: 'node-subtensor',
          implName: 'node-subtensor',
          authoringVersion: 1,
          specVersion: 393,
          implVersion: 1,
          apis: [],
          transactionVersion: 1,
          stateVersion: 1,
        };
      case 'state_getStorage':
        return this.#read(String(params[0]), params[1]);
      case 'state_queryStorageAt':
        return [
          { block: this.#hashOf(this.head), changes: (params[0] as unknown as string[]).map((key) => [key, this.#read(key, params[1])]) },
        ];
      case 'state_call':
        return this.#runtimeCalls.get(String(params[0]));
      case 'system_accountNextIndex':
        return this.#nonces.get(String(params[0])) ?? 0;
      case 'system_chain':
        return 'Bittensor';
      case 'system_properties':
        return { ss58Format: 42, tokenDecimals: 9, tokenSymbol: 'TAO' };
      case 'system_health':
        return { peers: 1, isSyncing: false, shouldHavePeers: true };
      case 'rpc_methods':
        return { methods: [] };
      default:
        return method.includes('ubscribe') ? 'heads' : undefined;
    }
  }

  #read(key: string, at: unknown): string | null {
    const now = this.#keyOf(this.#query.timestamp!.now!, []);
    if (key !== now) return this.#storage.get(key) ?? null;
    const number = this.#numberOf(at);
    return this.#registry.createType('u64', this.startMs + number * this.blockMs).toHex(true);
  }

  #header(number: number) {
    return {
      parentHash: ROOT,
      number: `0x${number.toString(16)}`,
      stateRoot: number < this.replacedFrom ? ROOT : OTHER_ROOT,
      extrinsicsRoot: ROOT,
      digest: { logs: [] },
    };
  }

  /** The hash that a client computes of the header. */
  #hashOf(number: number): string {
    const hash = this.#registry.createType('Header', this.#header(number)).hash.toHex();
    this.#numbers.set(hash, number);
    return hash;
  }

  #numberOf(hash: unknown): number {
    return this.#numbers.get(String(hash)) ?? this.head;
  }

  #take(client: WebSocket, hex: string, reply: (body: object) => void): void {
    const extrinsic = this.#registry.createType('Extrinsic', hex);
    const { meta, args } = extrinsic.method;
    const call: SeenCall = {
      name: meta.name.toString(),
      signer: extrinsic.signer.toString(),
      nonce: extrinsic.nonce.toNumber(),
      args: Object.fromEntries(args.map((arg, index) => [meta.args[index]!.name.toString(), arg.toJSON()])),
      period: extrinsic.era.isMortalEra ? extrinsic.era.asMortalEra.period.toNumber() : undefined,
    };
    const refusal = this.judge(call);
    if (refusal !== undefined) {
      reply({ error: refusal });
      return;
    }
    this.calls.push(call);
    this.#nonces.set(call.signer, call.nonce + 1);
    this.advance();
    this.#bodies.set(this.head, hex);
    this.#lastCall = hex;
    const subscription = `call-${this.calls.length}`;
    reply({ result: subscription });
    if (this.isLosingUpdates) return;
    client.send(
      JSON.stringify({
        jsonrpc: '2.0',
        method: 'author_extrinsicUpdate',
        params: { subscription, result: { inBlock: this.#hashOf(this.head) } },
      }),
    );
  }
}
