import { VisionError } from '@vision-sdk/core';

/** What a failed request is answered with. `detail` is where Vision's users look. */
export interface Problem {
  readonly detail: string;
  readonly code: string;
  /** What to do. */
  readonly hint?: string;
  readonly requestId: string;
}

const STATUS: Readonly<Record<string, number>> = {
  VISION_WIRE_BAD_BODY: 400,
  VISION_VALIDATOR_REQUEST_INVALID: 422,
  VISION_VALIDATOR_UNKNOWN_FIELDS: 422,
  VISION_VALIDATOR_SEED_NOT_ALLOWED: 422,
  VISION_VALIDATOR_NO_MINERS: 503,
  VISION_VALIDATOR_NO_VALID_ANSWER: 502,
  VISION_VALIDATOR_NOT_VERIFIED: 502,
  VISION_VALIDATOR_WITHHELD: 403,
};

/** What to do about requests that the HTTP server refuses before an operation sees them. */
const HTTP_HINT: Readonly<Record<number, string>> = {
  400: 'Send one JSON object as the body; /openapi.json describes it. NaN and Infinity are no JSON.',
  413: 'Send a smaller picture, or have validator.gateway.maxBodyBytes raised.',
  415: 'Send JSON, with the header content-type: application/json.',
};

/** The status and body for an error. What the request is to blame for, a picture that does not decode say, is told as it is; what nobody foresaw is told without its text, which may name files. */
export function problemOf(error: unknown, requestId: string): { readonly status: number; readonly body: Problem } {
  if (VisionError.is(error)) {
    const status = STATUS[error.code] ?? (error.fault === 'request' ? 422 : undefined);
    if (status === undefined) return unforeseen(error.code, requestId);
    return { status, body: { detail: error.message, code: error.code, hint: error.hint, requestId } };
  }
  const { statusCode, code, message } = error as { statusCode?: number; code?: string; message?: string };
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    const hint = HTTP_HINT[statusCode];
    const said = { detail: message ?? 'Bad request', code: code ?? 'BAD_REQUEST' };
    return { status: statusCode, body: { ...said, ...(hint === undefined ? {} : { hint }), requestId } };
  }
  return unforeseen('INTERNAL', requestId);
}

function unforeseen(code: string, requestId: string): { readonly status: number; readonly body: Problem } {
  const detail = 'The validator could not handle this request.';
  return { status: 500, body: { detail, code, hint: 'Its log has the cause under this request id.', requestId } };
}
