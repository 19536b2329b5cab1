import { VisionError } from '@vision-sdk/core';
import { refuse } from '../wire/refusal.ts';

/**
 * What the wire answers when a job fails: 400 for a faulty request, 404 and 503 for what is not or not now served.
 * Any other error stays what it is: the axon makes 429 of a full queue and a 500 without internals of the rest.
 */
export function toWireError(error: unknown): unknown {
  if (!VisionError.is(error)) return error;
  if (error.fault === 'request') return refuse(400, error.message);
  switch (error.code) {
    case 'VISION_HOST_NOT_SERVED':
      return refuse(404, error.message);
    case 'VISION_HOST_STOPPED':
      return refuse(503, 'The miner is stopping');
    case 'VISION_HOST_MODEL_BROKEN':
      return refuse(503, 'The model cannot be loaded at present', retryAfterOf(error));
    default:
      return error;
  }
}

function retryAfterOf({ details }: VisionError): number | undefined {
  return (details as { readonly retryAfterSeconds?: number } | undefined)?.retryAfterSeconds;
}
