import { defineErrors } from '@vision-sdk/core';

/** Errors of the wire: keys, addresses, axon and dendrite set-up. */
export const fail = defineErrors('VISION_WIRE', {
  BAD_ADDRESS: {
    message: ({ address, reason }: { address: string; reason: string }) => `"${address}" is no SS58 address of a Bittensor key: ${reason}.`,
    hint: () => 'Give an address of format 42, 48 characters that start with 5, as wallets and the metagraph show it.',
  },
  BAD_KEY: {
    message: ({ kind, reason }: { kind: 'seed' | 'mnemonic' | 'uri' | 'secret'; reason: string }) =>
      `The key ${kind} cannot be used: ${reason}.`,
    hint: () =>
      'A seed is 0x and 64 hexadecimal digits, a mnemonic 12 to 24 words of the English BIP-39 list, a development key something like //Alice.',
  },
  BAD_SYNAPSE: {
    message: ({ synapse, reason }: { synapse: string; reason: string }) => `Synapse ${synapse} cannot go over the wire: ${reason}.`,
    hint: () => 'Name it in PascalCase, give it a whole version from 1 and an object schema, and hash only fields that its request has.',
  },
  DUPLICATE_ROUTE: {
    message: ({ route }: { route: string }) => `The axon has two routes for ${route}.`,
    hint: () => 'Give every synapse name and version one route; "Synapse" is the ping and belongs to the axon itself.',
  },
  PORT_IN_USE: {
    message: ({ host, port }: { host: string; port: number }) => `Port ${port} on ${host} is taken by another program.`,
    hint: ({ port }) => `Stop the other program (find it with "ss -ltnp 'sport = :${port}'") or set miner.port to a free port.`,
  },
  LISTEN_FAILED: {
    message: ({ host, port, reason }: { host: string; port: number; reason: string }) =>
      `The axon cannot listen on ${host}:${port}: ${reason}.`,
    hint: () => 'Use an address of this machine (0.0.0.0 for all) and a port from 1025 to 65534 that this user may open.',
  },
  REFUSED: {
    message: ({ status, reason }: { status: number; reason: string; retryAfterSeconds?: number }) => `Refused with ${status}: ${reason}.`,
    hint: () => 'The axon tells the caller status and reason; a caller that gets 429 or 503 should wait and ask again.',
  },
  BAD_REQUEST: {
    message: ({ synapse, issues }: { synapse: string; issues: string }) => `The request is no ${synapse}: ${issues}.`,
    hint: () => "Nothing was sent. Change the request so that it passes the synapse's request schema.",
  },
  BAD_BODY: {
    message: ({ reason }: { reason: string }) => `The body cannot be read: ${reason}.`,
    hint: () => 'Send one JSON object in UTF-8 that fits the size and depth limits.',
  },
});
