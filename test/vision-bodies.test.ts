import { type AnySynapse, type Schema, silentLog } from '@vision-sdk/core';
import { ImageToImage, Inpaint, Scribble, TextToImage } from '@vision-sdk/core/synapses';
import { fakeNeuron, PICTURE } from '@vision-sdk/core/testing';
import { acceptsDiffusion, VISION_ENGINES, visionRanges } from '@vision-sdk/diffusion';
import { afterAll, describe, expect, it } from 'vitest';
import { goldenJson, hasGoldens } from '../packages/diffusion/test/goldens.ts';
import { createGateway } from '../packages/neuron/src/validator/gateway/gateway.ts';
import { type OrganicOptions, organicServe } from '../packages/neuron/src/validator/organic.ts';

interface Recorded {
  readonly model: string;
  readonly change: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
  readonly ok: boolean;
  readonly parsed?: Readonly<Record<string, unknown>>;
  readonly errors?: readonly (readonly [readonly string[], string])[];
}

const here = hasGoldens('vision');
const cases: readonly Recorded[] = here ? goldenJson<{ cases: Recorded[] }>('vision/request_validation.json').cases : [];

/** Where we refuse what Vision took: no miner could make a picture of it. */
const STRICTER: readonly object[] = [{ image_strength: -0.1 }];
const SYNAPSES = { TextToImageRequest: TextToImage, ImageToImageRequest: ImageToImage, InpaintRequest: Inpaint, ScribbleRequest: Scribble };

/** One model for each engine, as a validator with all plugins has them. */
const models: Readonly<Record<string, readonly Schema[]>> = {
  TextToImage: VISION_ENGINES.map((engine) => acceptsDiffusion(TextToImage, [visionRanges(engine)])),
  ImageToImage: VISION_ENGINES.map((engine) => acceptsDiffusion(ImageToImage, [visionRanges(engine)])),
  Inpaint: VISION_ENGINES.map((engine) => acceptsDiffusion(Inpaint, [visionRanges(engine)])),
  Scribble: [acceptsDiffusion(Scribble, [visionRanges('stable-diffusion-1.5')])],
};

const asked: unknown[] = [];
const rounds = {
  async organic({ request }: { request: unknown }) {
    asked.push(request);
    return { neuron: fakeNeuron(1), latencyMs: 1, outcome: { ok: true, response: { image_b64s: [] } } };
  },
};
const serve = organicServe({
  rounds,
  refresh: { random: () => 0.5, changePixels: async (image: string) => image },
  store: { logRequest: () => undefined },
  clock: { now: () => 0 },
  log: silentLog,
  accepts: ({ name }: AnySynapse) => models[name] ?? [],
} as unknown as OrganicOptions);
const app = createGateway({
  synapses: Object.values(SYNAPSES),
  apiKey: 'key',
  maxBodyBytes: 100_000,
  serve,
  health: () => ({}),
  metrics: async () => ({ contentType: 'text/plain', text: '' }),
  log: silentLog,
});
afterAll(() => app.close());

async function post(url: string, payload: object) {
  const reply = await app.inject({ method: 'POST', url, payload, headers: { authorization: 'Bearer key' } });
  return { status: reply.statusCode, detail: reply.json().detail as string | undefined, ignored: reply.headers['vision-ignored-fields'] };
}

function routeOf(model: string): string {
  return `/${model
    .replace('Request', '')
    .replace(/(?<!^)[A-Z]/g, (letter) => `-${letter}`)
    .toLowerCase()}`;
}

describe.skipIf(!here)(here ? "the bodies of Vision's users" : 'bodies: VISION_GOLDENS has no numerics/vision', () => {
  it.each(cases.map((one, index) => [index, one.model, JSON.stringify(one.change), one] as const))(
    '%i %s %s',
    async (_, model, __, recorded) => {
      const stricter = STRICTER.some((change) => JSON.stringify(change) === JSON.stringify(recorded.change));
      const { status, detail } = await post(routeOf(model), withPictures(recorded.body));
      expect(status, detail).toBe(recorded.ok && !stricter ? 200 : 422);
      if (recorded.ok && !stricter) expect(asked.at(-1)).toMatchObject(readFields(model, recorded));
      if (!stricter) for (const text of wordsOf(recorded)) expect(detail).toContain(text);
    },
  );

  it('were all tried', () => expect(cases.length).toBeGreaterThan(60));
});

/** What Vision made of a body, as far as the operation has the fields. */
function readFields(model: string, { parsed = {} }: Recorded): object {
  const { shape } = SYNAPSES[model as keyof typeof SYNAPSES].request;
  return Object.fromEntries(Object.entries(withPictures(parsed)).filter(([field]) => field in shape));
}

/** The recorded bodies have words where pictures belong. */
function withPictures(body: object): object {
  return Object.fromEntries(
    Object.entries(body).map(([field, value]) => [field, /^(init|mask)_image$/.test(field) && value ? PICTURE : value]),
  );
}

/** Vision's own words: those of its checks, while what pydantic says of types is ours to say. Vision had lost an unknown engine's name. */
function wordsOf({ errors = [], body }: Recorded): readonly string[] {
  const own = errors.map(([, message]) => message).filter((message) => /^(Invalid value|Engine|Text prompts)/.test(message));
  return own.map((message) => message.replace('Engine None', `Engine ${body.engine}`));
}

describe('bodies of users', () => {
  const prompt = { text_prompts: [{ text: 'a' }] };

  it.each([
    ['/text-to-image', prompt],
    ['/image-to-image', { ...prompt, init_image: PICTURE }],
    ['/inpaint', { ...prompt, init_image: PICTURE, mask_image: PICTURE }],
    ['/scribble', { ...prompt, init_image: PICTURE }],
  ])('%s: are taken with nothing but what is needed, which Vision refused', async (url, body) => {
    expect(await post(url, body)).toMatchObject({ status: 200 });
  });

  it('have fields that nobody reads named in the answer where Vision ignored them', async () => {
    const body = { ...prompt, init_image: PICTURE, height: 64, seed: 3, 'ärger,\ud800': 1 };
    expect(await post('/inpaint', body)).toEqual({ status: 200, detail: undefined, ignored: 'height, %C3%A4rger%2C%EF%BF%BD, seed' });
    expect(asked.at(-1)).not.toHaveProperty('height');
    expect(asked.at(-1)).toMatchObject({ seed: 2_147_483_648 });
  });

  it.each([
    ['a number in words', { steps: 'nine' }],
    ['a number that is none', { steps: '' }],
    ['a huge number', { steps: '9'.repeat(30) }],
    ['a list', { steps: [9] }],
    ['an infinite guidance', { cfg_scale: '1e999' }],
  ])('are refused for %s', async (_, change) => {
    expect(await post('/text-to-image', { ...prompt, ...change })).toMatchObject({ status: 422 });
  });

  it.each([
    [{ steps: ' 9 ' }, { steps: 9 }],
    [{ steps: 9.9 }, { steps: 9 }],
    [{ cfg_scale: '2.5' }, { cfg_scale: 2.5 }],
    [
      { text_prompts: [{ text: '12', weight: '-1' }, { text: 'b' }] },
      {
        text_prompts: [
          { text: '12', weight: -1 },
          { text: 'b', weight: null },
        ],
      },
    ],
  ])('have numbers read of %j', async (change, read) => {
    expect(await post('/text-to-image', { ...prompt, ...change })).toMatchObject({ status: 200 });
    expect(asked.at(-1)).toMatchObject(read);
  });
});
