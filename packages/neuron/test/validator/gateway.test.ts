import { type AnySynapse, silentLog } from '@vision-sdk/core';
import { TextToImage, Upscale } from '@vision-sdk/core/synapses';
import { afterEach, describe, expect, it } from 'vitest';
import { fail } from '../../src/validator/errors.ts';
import { createGateway, type GatewayCall } from '../../src/validator/gateway/gateway.ts';
import { organicTask } from '../../src/validator/task.ts';
import { Draw } from './toy.ts';

const KEY = 'correct-horse-battery';
const refresh = { random: () => 0.25, changePixels: async (image: string) => image };

function gateway(serve?: (synapse: AnySynapse, request: unknown, call: GatewayCall) => Promise<unknown>, maxBodyBytes = 2000) {
  const served: unknown[] = [];
  const app = createGateway({
    synapses: [Draw, TextToImage, Upscale],
    apiKey: KEY,
    maxBodyBytes,
    serve:
      serve ??
      (async (synapse, request) => {
        served.push((await organicTask(synapse, request, refresh)).request);
        return { error_message: null, image_b64s: ['abc'] };
      }),
    health: () => ({ status: 'ok' }),
    metrics: async () => ({ contentType: 'text/plain; version=0.0.4', text: 'up 1\n' }),
    log: silentLog,
  });
  const post = (url: string, payload: string | object, headers: Record<string, string> = {}) =>
    app.inject({
      method: 'POST',
      url,
      payload,
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', ...headers },
    });
  return { app, post, served };
}

const open: { close(): Promise<unknown> }[] = [];
function opened(...options: Parameters<typeof gateway>) {
  const made = gateway(...options);
  open.push(made.app);
  return made;
}
afterEach(async () => {
  for (const app of open.splice(0)) await app.close();
});

describe('the gateway', () => {
  it('has a route for every operation and answers with the fields of the wire', async () => {
    const { post, served } = opened();
    const reply = await post('/draw-picture', { prompt: 'a fox' });
    expect({ status: reply.statusCode, body: reply.json() }).toEqual({ status: 200, body: { error_message: null, image_b64s: ['abc'] } });
    expect(reply.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(served).toEqual([{ prompt: 'a fox', seed: 250_000_000 }]);
    expect((await post('/text-to-image', { text_prompts: [{ text: 'a fox' }], steps: 8 })).statusCode).toBe(200);
    expect(served[1]).toMatchObject({ steps: 8, seed: 1_073_741_824, text_prompts: [{ text: 'a fox', weight: null }] });
  });

  it.each([
    ['no key', '', 400, 'API key is missing'],
    ['an empty key', 'Bearer ', 400, 'API key is missing'],
    ['a wrong key', 'Bearer correct-horse-batterx', 401, 'Invalid API key'],
    ['half a key', 'correct-horse', 401, 'Invalid API key'],
  ])('refuses %s before it reads the body, with the words of Vision', async (_, authorization, status, detail) => {
    const { app, served } = opened();
    const payload = 'x'.repeat(1_000_000);
    const reply = await app.inject({
      method: 'POST',
      url: '/upscale',
      payload,
      headers: { ...(authorization && { authorization }), 'content-type': 'application/json' },
    });
    expect({ status: reply.statusCode, detail: reply.json().detail, served }).toEqual({ status, detail, served: [] });
    expect(reply.json().hint).toContain('authorization: Bearer');
  });

  it('takes the bare key too, as Vision does', async () => {
    const { post } = opened();
    expect((await post('/draw-picture', { prompt: 'a fox' }, { authorization: KEY })).statusCode).toBe(200);
  });

  it.each<readonly [string, string | object, number, string]>([
    ['rubbish', '{"prompt": ', 400, 'JSON'],
    ['NaN', '{"prompt": NaN}', 400, 'JSON'],
    ['an array', '[]', 422, 'must be a JSON object'],
    ['a number', '7', 422, 'must be a JSON object'],
    ['null', 'null', 422, 'must be a JSON object'],
    ['nothing', '', 400, 'empty'],
    ['a missing field', {}, 422, 'prompt'],
    ['a wrong type', { prompt: 7 }, 422, 'prompt'],
    ['a seed', { prompt: 'a', seed: 3 }, 422, 'chosen by the validator'],
    ['an unknown field', { prompt: 'a', promt: 'b', x: 1 }, 422, 'has no field "promt", "x"; it has prompt, style'],
    ['an unknown field inside', { prompt: 'a', style: { ink: 'red', pen: 1 } }, 422, '"style.pen"'],
    ['a prototype', '{"prompt": "a", "__proto__": {"polluted": true}}', 400, 'JSON'],
    ['a constructor', '{"prompt": "a", "constructor": {"prototype": {"polluted": true}}}', 400, 'JSON'],
    ['a body over the cap', { prompt: 'a'.repeat(3000) }, 413, 'too large'],
  ])('answers %s with a clear message', async (_, payload, status, part) => {
    const { post, served } = opened();
    const reply = await post('/draw-picture', payload);
    const body = reply.json();
    expect({ status: reply.statusCode, served }).toEqual({ status, served: [] });
    expect(body.detail).toContain(part);
    expect(body).toMatchObject({ code: expect.any(String), hint: expect.any(String), requestId: reply.headers['x-request-id'] });
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('names unknown fields inside lists and unions', async () => {
    const { post } = opened();
    const reply = await post('/text-to-image', { text_prompts: [{ text: 'a', wait: 1 }] });
    expect(reply.json().detail).toContain('"text_prompts.0.wait"');
  });

  it.each([
    ['deep', `{"prompt":${'['.repeat(400)}${']'.repeat(400)}}`, 'nested more than 32 deep'],
    ['long', `{"text_prompts":[${'1,'.repeat(70_000)}1]}`, 'more than 65536 values'],
  ])('refuses a body that is too %s before it is read', async (_, payload, part) => {
    const { post, served } = opened(undefined, 1_000_000);
    const reply = await post('/text-to-image', payload);
    expect({ status: reply.statusCode, served }).toEqual({ status: 400, served: [] });
    expect(reply.json().detail).toContain(part);
  });

  it('gives a slow client a minute for its request', () => {
    const { app } = opened();
    expect(app.server.requestTimeout).toBe(60_000);
    expect(app.server.headersTimeout).toBeLessThanOrEqual(60_000);
  });

  it('takes JSON only', async () => {
    const { post } = opened();
    const reply = await post('/draw-picture', 'prompt=a', { 'content-type': 'text/plain' });
    expect(reply.statusCode).toBe(415);
    expect(reply.json().hint).toContain('application/json');
  });

  it('names the routes there are', async () => {
    const { app } = opened();
    const reply = await app.inject({ method: 'GET', url: '/nope' });
    expect(reply.statusCode).toBe(404);
    expect(reply.json().detail).toMatchInlineSnapshot(
      `"There is no GET /nope. There is POST /draw-picture, POST /text-to-image, POST /upscale, GET /health, /metrics and /openapi.json."`,
    );
  });

  it.each([
    ['NO_MINERS', fail('NO_MINERS', { synapse: 'Upscale' }), 503],
    ['NO_VALID_ANSWER', fail('NO_VALID_ANSWER', { synapse: 'Upscale', failures: 'timeout' }), 502],
    ['WITHHELD', fail('WITHHELD', { synapse: 'Upscale' }), 403],
  ])('tells of %s with what to do', async (code, error, status) => {
    const { post } = opened(async () => Promise.reject(error));
    const reply = await post('/upscale', { image: 'abc' });
    expect(reply.statusCode).toBe(status);
    expect(reply.json()).toMatchObject({ code: `VISION_VALIDATOR_${code}`, detail: error.message, hint: error.hint });
  });

  it('does not tell strangers what broke inside', async () => {
    const { post } = opened(async () => Promise.reject(new Error('/home/me/secret is missing')));
    const reply = await post('/upscale', { image: 'abc' });
    expect(reply.statusCode).toBe(500);
    expect(reply.body).not.toContain('secret');
    const coded = opened(async () => Promise.reject(fail('STORE_CORRUPT', { file: '/home/me/secret', reason: 'bad' })));
    const told = await coded.post('/upscale', { image: 'abc' });
    expect({ status: told.statusCode, code: told.json().code }).toEqual({ status: 500, code: 'VISION_VALIDATOR_STORE_CORRUPT' });
    expect(told.body).not.toContain('secret');
  });

  it('describes itself, its health and its figures without a key', async () => {
    const { app } = opened();
    const get = async (url: string) => app.inject({ method: 'GET', url });
    expect((await get('/health')).json()).toEqual({ status: 'ok' });
    expect((await get('/metrics')).body).toBe('up 1\n');
    const description = (await get('/openapi.json')).json();
    expect(Object.keys(description.paths)).toEqual(['/draw-picture', '/text-to-image', '/upscale']);
    const body = description.paths['/draw-picture'].post.requestBody.content['application/json'].schema;
    expect(Object.keys(body.properties)).toEqual(['prompt', 'style']);
    expect(body.required).toEqual(['prompt']);
    const open = Object.entries(description.paths as Record<string, { post: { responses: { 200: { headers?: object } } } }>);
    const ignoring = open.filter(([, { post }]) => post.responses[200].headers !== undefined).map(([path]) => path);
    expect(ignoring).toEqual(['/upscale']);
  });

  it('tells the operation when the user has gone', async () => {
    let gone: (signal: AbortSignal) => void = () => {};
    const aborted = new Promise<AbortSignal>((resolve) => {
      gone = resolve;
    });
    const { app } = opened(async (_synapse, _request, { signal }) => {
      leave.abort();
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      gone(signal);
      return {};
    });
    const leave = new AbortController();
    const address = await app.listen({ host: '127.0.0.1', port: 0 });
    const headers = { authorization: KEY, 'content-type': 'application/json' };
    const asked = fetch(`${address}/upscale`, { method: 'POST', headers, body: '{"image":"abc"}', signal: leave.signal });
    await expect(asked).rejects.toThrow();
    expect((await aborted).aborted).toBe(true);
  });
});
