import type { AxonEndpoint } from '@vision-sdk/core';
import type { FastifyInstance } from 'fastify';
import { fail } from '../../wire/errors.ts';
import type { AxonOptions, PlainResponse } from './types.ts';

/** Adds GET routes outside the protocol. */
export function addPlainRoutes(app: FastifyInstance, routes: NonNullable<AxonOptions['plainRoutes']>): void {
  for (const [path, answer] of Object.entries<() => Promise<PlainResponse>>(routes)) {
    app.get(path, async (_request, reply) => {
      const { status, contentType, body } = await answer();
      return reply.code(status).type(contentType).send(body);
    });
  }
}

/** Listens, and gives the address in use. Throws `VISION_WIRE_PORT_IN_USE` or `VISION_WIRE_LISTEN_FAILED`. */
export async function listenOn(app: FastifyInstance, { host, port }: AxonEndpoint): Promise<AxonEndpoint> {
  try {
    await app.listen({ host, port });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EADDRINUSE') throw fail('PORT_IN_USE', { host, port }, { cause });
    throw fail('LISTEN_FAILED', { host, port, reason: cause instanceof Error ? cause.message : String(cause) }, { cause });
  }
  const address = app.server.address();
  return typeof address === 'object' && address !== null ? { host: address.address, port: address.port } : { host, port };
}
