import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { silentLog } from '@vision-sdk/core';
import { Sota } from '@vision-sdk/core/synapses';
import { fakeAnswer, fakeJudgeContext } from '@vision-sdk/core/testing';
import { encodeJpeg } from '@vision-sdk/image';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { allowedAddress } from '../src/image-address.ts';
import sota, { sotaErrors } from '../src/index.ts';
import { sotaOptions } from '../src/options.ts';
import { sotaReward, sotaRewardModel } from '../src/sota-reward.ts';
import { fakeProvider, png } from './fake-provider.ts';
import { type Given, optionsFor } from './options.ts';

const golden = <T>(name: string): readonly T[] => JSON.parse(readFileSync(resolve(import.meta.dirname, 'fixtures', name), 'utf8')).cases;
const provider = await fakeProvider();
const { base } = provider;
afterAll(() => provider[Symbol.asyncDispose]());
const [one, two, small] = await Promise.all([png(300, 280, 1), png(300, 280, 2), png(64, 64, 3)]);

beforeEach(() => {
  provider.on('/mj/1', () => ({ body: one }));
  provider.on('/mj/2', () => ({ body: two }));
  provider.on('/mj/small', () => ({ body: small }));
});

describe("Vision's rules", () => {
  interface Scored {
    readonly response_time: number;
    readonly server_says: number | null;
    readonly uid1: readonly [score: number, count: number];
    readonly failed_uid2: readonly [score: number, count: number];
  }

  it.each(golden<Scored>('sota_reward.json'))(
    '$response_time s, checked as $server_says',
    ({ response_time, server_says, uid1, failed_uid2 }) => {
      expect(sotaReward(response_time * 1000, server_says === 1) * uid1[1]).toBe(uid1[0]);
      expect(sotaReward(response_time * 1000, false) * failed_uid2[1]).toBe(failed_uid2[0]);
    },
  );

  it.each(golden<{ url: string; out: boolean }>('sota_url_regex.json'))('the address $url: $out', ({ url, out }) => {
    expect(allowedAddress(url, sotaOptions.parse({}).images) !== undefined).toBe(out);
  });

  it.each([
    'https://img.midjourneyapi.xyz/mj/../admin.png',
    'https://img.midjourneyapi.xyz/mj/%2e%2e/admin.png',
    'https://img.midjourneyapi.xyz/mj/a\nb.png',
    'https://img.midjourneyapi.xyz:8443/mj/a.png',
    'https://img.midjourneyapi.xyz@evil.com/mj/a.png',
    '',
  ])('the address %j is not fetched', (url) => {
    expect(allowedAddress(url, sotaOptions.parse({}).images)).toBeUndefined();
  });
});

const answer = (uid: number, image_url: string | null, latencyMs = 10_000 * uid) =>
  fakeAnswer<typeof Sota>(uid, { ok: true, response: { error_message: null, image_url } }, latencyMs);
const failed = (uid: number) => fakeAnswer<typeof Sota>(uid, { ok: false, failure: 'timeout', detail: '' });

function court(more: Partial<Given> = {}) {
  const model = Promise.resolve(sotaRewardModel(optionsFor(base, more)).create({ log: silentLog }));
  return async (...answers: ReturnType<typeof answer>[]) => {
    const request = { prompt: 'a lighthouse', seed: 1 };
    const round = { synapse: Sota, request, origin: 'synthetic' as const, answers };
    const rewards = await (await model).judge(
      round,
      fakeJudgeContext(async () => expect.unreachable('no reference')),
    );
    for (const { accepted, value } of rewards) expect(accepted).toBe(value === 0.25 ? false : undefined);
    return rewards.map(({ value, reason }) => `${value} ${reason}`);
  };
}

describe('the reward model', () => {
  it('pays new pictures by their time', async () => {
    const judge = court();
    expect(await judge(answer(1, `${base}/mj/1.png`), answer(2, `${base}/mj/2.png`, 130_000), failed(3))).toEqual([
      '1.25 a new picture after 10 s',
      '0.75 a new picture after 130 s',
      '0.25 no response (timeout)',
    ]);
  });

  it('pays one picture once: to the fastest of a round, and never again, under any address or encoding', async () => {
    const judge = court();
    const copied = '0.25 this picture was paid before';
    expect(await judge(answer(2, `${base}/mj/1.png`), answer(1, `${base}/mj/1-copy.png`))).toEqual([
      copied,
      '1.25 a new picture after 10 s',
    ]);
    expect(await judge(answer(3, `${base}/mj/1.png?again=.png`))).toEqual([copied]);
  });

  it.each<[string, string | null, string]>([
    ['no address', null, 'no picture at an allowed address'],
    ['an address elsewhere', 'http://127.0.0.1:1/mj/1.png', 'no picture at an allowed address'],
    ['an address without a picture', '/mj/none.png', 'no readable picture at the address'],
    ['a page instead of a picture', '/mj/page.png', 'no readable picture at the address'],
    ['a way to another address', '/mj/redirect.png', 'no readable picture at the address'],
    ['too many bytes', '/mj/endless.png', 'no readable picture at the address'],
    ['nothing in time', '/mj/hang.png', 'no readable picture at the address'],
    ['a thumbnail', '/mj/small.png', 'a picture of 64 x 64 pixels only'],
  ])('pays the floor for %s', async (_, url, reason) => {
    provider.on('/mj/page', () => ({ body: '<html>' }));
    provider.on('/mj/redirect', () => ({ status: 302, headers: { location: `${base}/mj/1.png` }, body: '' }));
    provider.on('/mj/endless', () => ({ body: Buffer.concat([one, Buffer.alloc(2_000_000)]) }));
    provider.on('/mj/hang', () => undefined);
    const judge = court({ check: { maxBytes: 1_000_000, timeoutMs: 300 } });
    expect(await judge(answer(1, url?.startsWith('/') ? base + url : url))).toEqual([`0.25 ${reason}`]);
  });

  it('asks no other address than those allowed', async () => {
    const other = await fakeProvider();
    await court()(answer(1, `${other.base}/mj/1.png`));
    expect(other.seen).toEqual([]);
    await other[Symbol.asyncDispose]();
  });

  it('takes JPEG too', async () => {
    const jpeg = await encodeJpeg({ width: 300, height: 300, channels: 3, data: new Uint8Array(270_000).fill(90) }, { quality: 90 });
    provider.on('/mj/jpeg', () => ({ body: jpeg }));
    expect(await court()(answer(1, `${base}/mj/jpeg.png`))).toEqual(['1.25 a new picture after 10 s']);
  });
});

describe('the plugin', () => {
  it('has no model without a provider: validators need none', () => {
    const ids = (options: Given) =>
      sota()
        .contribute(sotaOptions.parse(options))
        .models!.map(({ id }) => id);
    expect(ids({})).toEqual([]);
    expect(ids({ provider: optionsFor(base).provider! })).toEqual(['sota']);
  });

  it('exports itself and its errors', async () => {
    expect(Object.keys(await import('../src/index.ts')).sort()).toEqual(['default', 'sotaErrors']);
    expect(sotaErrors.namespace).toBe('VISION_SOTA');
  });
});
