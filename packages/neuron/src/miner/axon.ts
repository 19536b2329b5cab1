import Fastify, { type FastifyInstance } from 'fastify';
import { createNonceStore } from '../wire/nonce-store.ts';
import { createBodyPool } from './axon/body-pool.ts';
import { axonCaps } from './axon/caps.ts';
import { addPlainRoutes, listenOn } from './axon/plain-routes.ts';
import { type AxonIdentity, type Exchange, replyStatus } from './axon/reply.ts';
import { type RouteTable, routeTable } from './axon/route-table.ts';
import { type AxonState, serve } from './axon/serve.ts';
import type { Axon, AxonCaps, AxonOptions } from './axon/types.ts';

export { refuse } from '../wire/refusal.ts';
export type { Admission, Axon, AxonCaps, AxonOptions, AxonRoute, Caller, ForwardCall, PlainResponse } from './axon/types.ts';

/** Enough for eight images of Vision's usual size. */
const IDLE_BODY_BYTES = 16 * 1024 * 1024;

/** Creates an axon: an HTTP server that speaks Bittensor's protocol of all eras. Throws `VISION_WIRE_DUPLICATE_ROUTE` or `VISION_WIRE_BAD_SYNAPSE`. */
export function createAxon(options: AxonOptions): Axon {
  const caps = axonCaps(options.caps);
  const table = routeTable(options);
  const identity: AxonIdentity = { hotkey: options.keypair.address, address: options.externalAddress ?? { host: '0.0.0.0', port: 0 } };
  const state = createState(options, caps);
  const app = createServer(caps);
  addRoutes(app, { table, state, identity });
  addPlainRoutes(app, options.plainRoutes ?? {});
  return {
    async listen(endpoint) {
      const address = await listenOn(app, endpoint);
      if (options.externalAddress === undefined) identity.address = address;
      return address;
    },
    close: ({ graceMs = 10_000 } = {}) => close(app, state, graceMs),
    [Symbol.asyncDispose]: () => close(app, state, 10_000),
  };
}

function createState(options: AxonOptions, caps: AxonCaps): AxonState {
  const { keypair, log, legacyUptimeNonces = false, now = Date.now } = options;
  const { maxHotkeys, maxUuidsPerHotkey } = caps;
  const nonces = createNonceStore({ legacyUptimeNonces, now, maxHotkeys, maxUuidsPerHotkey, journal: options.nonces });
  const { address: hotkey } = keypair;
  const { onServed = () => {} } = options;
  return { hotkey, nonces, caps, log, onServed, pool: createBodyPool(IDLE_BODY_BYTES), running: new Set(), closing: false };
}

function createServer(caps: AxonCaps): FastifyInstance {
  const { maxHeaderBytes, headersTimeoutMs, requestTimeoutMs, keepAliveTimeoutMs } = caps;
  const connectionsCheckingInterval = Math.min(30_000, Math.ceil(headersTimeoutMs / 2));
  const app = Fastify({
    http: { maxHeaderSize: maxHeaderBytes, headersTimeout: Math.min(headersTimeoutMs, requestTimeoutMs), connectionsCheckingInterval },
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    // For peers that read no byte of their answer; must outlast the longest forward.
    connectionTimeout: caps.maxTimeoutMs + 30_000,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 100 },
    exposeHeadRoutes: false,
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null, undefined));
  return app;
}

interface Serving {
  readonly table: RouteTable;
  readonly state: AxonState;
  readonly identity: AxonIdentity;
}

function addRoutes(app: FastifyInstance, { table, state, identity }: Serving): void {
  for (const [name, versions] of table) {
    app.route({
      method: ['GET', 'POST'],
      url: `/${name}`,
      // The axon takes over before Fastify looks at the body: it reads bodies itself, once it has seen who sends them.
      onRequest(request, reply) {
        reply.hijack();
        const exchange = { identity, request: request.raw, response: reply.raw, startedAt: performance.now(), name };
        serve(state, exchange, versions).catch((err: unknown) => {
          state.log.error({ err, synapse: name }, 'A request could not be answered');
          reply.raw.destroy();
        });
      },
      handler: neverReached,
    });
  }
  app.setNotFoundHandler((request, reply) => {
    reply.hijack();
    const name = /^\/([A-Za-z0-9_]{1,64})/.exec(request.raw.url ?? '')?.[1] ?? '';
    const exchange: Exchange = { identity, request: request.raw, response: reply.raw, startedAt: performance.now(), name };
    replyStatus(exchange, { status: 404, message: notFound(name, table) });
  });
}

function neverReached(): never {
  throw new Error('The request was taken over before its handler');
}

function notFound(name: string, table: RouteTable): string {
  return table.has(name) ? 'Not Found' : `Synapse name '${name}' not found. Available synapses ${[...table.keys()].join(', ')}`;
}

async function close(app: FastifyInstance, state: AxonState, graceMs: number): Promise<void> {
  state.closing = true;
  const closed = app.close();
  const timer = setTimeout(() => {
    for (const lifeline of state.running) lifeline.abort('closing');
    app.server.closeAllConnections();
  }, graceMs);
  // A connection whose last request has just been answered is idle now, and would keep the server open.
  const sweep = setInterval(() => app.server.closeIdleConnections(), 20);
  await closed;
  clearTimeout(timer);
  clearInterval(sweep);
}
