import { type AnySynapse, outputJsonSchema } from '@vision-sdk/core';
import { userSchema } from './body.ts';
import { kebabCase } from './route-name.ts';
import { ignoresUnknown } from './vision-bodies.ts';

const PROBLEM = {
  type: 'object',
  required: ['detail', 'code', 'requestId'],
  properties: { detail: { type: 'string' }, code: { type: 'string' }, hint: { type: 'string' }, requestId: { type: 'string' } },
};
const VERIFY = {
  name: 'vision-verify',
  in: 'header',
  schema: { type: 'string', enum: ['true', 'false'], default: 'false' },
  description: 'true: several miners answer, and of those not found to be wrong the answer that judging values most is given. Slower.',
};
const IGNORED = {
  'vision-ignored-fields': {
    schema: { type: 'string' },
    description: 'Fields of the body that nobody read, percent-encoded, the first ten.',
  },
};
const FAILURES: Readonly<Record<string, string>> = {
  400: 'API key is missing, or the body is no JSON',
  401: 'Invalid API key',
  403: 'The result was withheld as unsafe',
  413: 'The body is too large',
  422: 'The request is not valid',
  502: 'No miner gave a valid answer, or none that could be verified',
  503: 'No miner serves the operation',
};

/** OpenAPI 3.1 description of the gateway. */
export function openApi(synapses: readonly AnySynapse[]): Record<string, unknown> {
  return {
    openapi: '3.1.0',
    info: { title: 'Vision SDK gateway', version: '1', description: 'Operations that the miners of this subnet serve.' },
    components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } }, schemas: { Problem: PROBLEM } },
    security: [{ key: [] }],
    paths: Object.fromEntries(synapses.map((synapse) => [`/${kebabCase(synapse.name)}`, { post: operation(synapse) }])),
  };
}

function operation(synapse: AnySynapse): Record<string, unknown> {
  const { $schema, ...response } = outputJsonSchema(synapse.response);
  const problem = { 'application/json': { schema: { $ref: '#/components/schemas/Problem' } } };
  return {
    operationId: synapse.name,
    parameters: [VERIFY],
    requestBody: { required: true, content: { 'application/json': { schema: userSchema(synapse) } } },
    responses: {
      200: {
        description: "The miner's answer",
        ...(ignoresUnknown(synapse) ? { headers: IGNORED } : {}),
        content: { 'application/json': { schema: response } },
      },
      ...Object.fromEntries(Object.entries(FAILURES).map(([status, description]) => [status, { description, content: problem }])),
    },
  };
}
