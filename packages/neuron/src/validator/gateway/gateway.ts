import { randomUUID } from 'node:crypto';
import { type AnySynapse, explain, type Log } from '@vision-sdk/core';
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { type JsonLimits, scanJson } from '../../wire/json-scan.ts';
import { fail } from '../errors.ts';
import { refusalOf } from './auth.ts';
import { MOST_NAMED, requestOf } from './body.ts';
import { openApi } from './openapi.ts';
import { problemOf } from './problem.ts';
import { kebabCase } from './route-name.ts';

/** Answers one user's request. Throws what {@link problemOf} knows. */
export type Serve = (synapse: AnySynapse, request: unknown, call: GatewayCall) => Promise<unknown>;

/** What goes with a user's request. */
export interface GatewayCall {
  readonly id: string;
  /** Aborts when the user has gone. */
  readonly signal: AbortSignal;
  /** The header `vision-verify: true`: several miners answer, and the user gets, later, the answer that judging values most and does not find to be wrong. */
  readonly verify: boolean;
}

const KEY_HINT = "Send the header `authorization: Bearer <key>`, with the validator's key.";
/** For a whole request to arrive; Fastify itself would wait for ever. */
const REQUEST_TIMEOUT_MS = 60_000;
/** As on the wire: a list of a million wrong values is a million complaints. */
const JSON_LIMITS = { maxDepth: 32, maxValues: 65_536 };
const VERIFY_HEADER = 'vision-verify';
/** Fields of the body that nobody read. */
const IGNORED_HEADER = 'vision-ignored-fields';

/** What a gateway is made of. */
export interface GatewayOptions {
  /** Operations with a market; each gets a route. */
  readonly synapses: readonly AnySynapse[];
  readonly apiKey: string;
  readonly maxBodyBytes: number;
  readonly serve: Serve;
  readonly health: () => object;
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
  readonly log: Log;
}

/** The HTTP gateway, not yet listening: one POST route for each operation, and GET /health, /metrics and /openapi.json. */
export function createGateway(options: GatewayOptions): FastifyInstance {
  const app = Fastify({
    bodyLimit: options.maxBodyBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    genReqId: () => randomUUID(),
    logger: false,
    forceCloseConnections: 'idle',
  });
  takeJsonWithin(app, JSON_LIMITS);
  app.addHook('onRequest', async (request, reply) => void reply.header('x-request-id', request.id));
  app.setErrorHandler((error, request, reply) => {
    const { status, body } = problemOf(error, request.id);
    if (status >= 500) options.log.error({ request: request.id, route: request.url, status, error: explain(error) }, 'A request failed.');
    return reply.code(status).send(body);
  });
  const routes = options.synapses.map(({ name }) => `POST /${kebabCase(name)}`);
  app.setNotFoundHandler((request, reply) => {
    const detail = `There is no ${request.method} ${request.url.slice(0, 200)}. There is ${[...routes, 'GET /health, /metrics and /openapi.json'].join(', ')}.`;
    return reply.code(404).send({ detail, code: 'NOT_FOUND', requestId: request.id });
  });
  addPages(app, options);
  for (const synapse of options.synapses) addRoute(app, synapse, options);
  return app;
}

/** Takes JSON bodies within the limits, and no others. */
function takeJsonWithin(app: FastifyInstance, limits: JsonLimits): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    try {
      scanJson(body, limits);
    } catch (error) {
      return done(error as Error);
    }
    return parse(request, body.toString('utf8'), done);
  });
}

/** Listens and returns where. Throws `VISION_VALIDATOR_GATEWAY_LISTEN`. */
export async function listen(app: FastifyInstance, { host, port }: { readonly host: string; readonly port: number }) {
  try {
    await app.listen({ host, port });
  } catch (cause) {
    throw fail('GATEWAY_LISTEN', { host, port, reason: cause instanceof Error ? cause.message : String(cause) }, { cause });
  }
  const address = app.server.address();
  return { host, port: typeof address === 'object' && address !== null ? address.port : port };
}

function addPages(app: FastifyInstance, { health, metrics, synapses }: GatewayOptions): void {
  app.get('/health', async () => health());
  app.get('/metrics', async (_, reply) => {
    const { contentType, text } = await metrics();
    return reply.type(contentType).send(text);
  });
  const description = openApi(synapses);
  app.get('/openapi.json', async () => description);
}

function addRoute(app: FastifyInstance, synapse: AnySynapse, { apiKey, serve }: GatewayOptions): void {
  app.route({
    method: 'POST',
    url: `/${kebabCase(synapse.name)}`,
    // Before the body is read: strangers cannot make us parse megabytes.
    onRequest: async (request, reply) => {
      const refusal = refusalOf(request.headers.authorization, apiKey);
      if (refusal === undefined) return;
      const code = refusal.status === 400 ? 'API_KEY_MISSING' : 'API_KEY_INVALID';
      return reply.code(refusal.status).send({ detail: refusal.detail, code, hint: KEY_HINT, requestId: request.id });
    },
    handler: async (request, reply) => {
      const verify = request.headers[VERIFY_HEADER] === 'true';
      const { request: asked, ignored } = requestOf(synapse, request.body);
      if (ignored.length > 0) reply.header(IGNORED_HEADER, headerOf(ignored));
      return serve(synapse, asked, { id: request.id, signal: goneSignal(reply), verify });
    },
  });
}

/** Names that users made up, as a header may carry them. */
function headerOf(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMED).map((name) => encodeURIComponent(name.toWellFormed()));
  return shown.join(', ');
}

/** Aborts when the client closes the connection before it has its answer. */
function goneSignal(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort(new Error('The client closed the connection.'));
  });
  return controller.signal;
}
