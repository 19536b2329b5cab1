import type { AxonEndpoint } from '@vision-sdk/core';
import Fastify from 'fastify';
import { addPlainRoutes, listenOn } from './axon/plain-routes.ts';
import type { AxonOptions } from './axon/types.ts';

/** A server for health and figures alone, so that the axon's port shows neither. */
export interface MetricsServer extends AsyncDisposable {
  readonly endpoint: AxonEndpoint;
}

/** Listens with GET routes. Throws `VISION_WIRE_PORT_IN_USE` or `VISION_WIRE_LISTEN_FAILED`. */
export async function openMetricsServer(routes: NonNullable<AxonOptions['plainRoutes']>, endpoint: AxonEndpoint): Promise<MetricsServer> {
  const app = Fastify({ forceCloseConnections: true, requestTimeout: 10_000, bodyLimit: 1024 });
  addPlainRoutes(app, routes);
  return { endpoint: await listenOn(app, endpoint), [Symbol.asyncDispose]: () => app.close() };
}
