import { readFile } from 'node:fs/promises';
import { ClipEmbeddings, NSFW_ERROR_MESSAGE, Upscale } from '@vision-sdk/core/synapses';
import { fakeAnswer } from '@vision-sdk/core/testing';
import { decodeImage, encodeJpeg, encodePngBase64, imageHashes, psnr, type Raster, resize } from '@vision-sdk/image';
import { describe, expect, it } from 'vitest';
import { answers, judge, response, rewardModel, storedPng } from './rounds.ts';

const photo = await decodeImage(await readFile(new URL('fixtures/photo.jpg', import.meta.url)));
const half = resize(photo, { width: photo.width / 2, height: photo.height / 2, filter: 'bicubic' });
const honest = await encodePngBase64(photo);
const cheap = await encodePngBase64(resize(half, { width: photo.width, height: photo.height, filter: 'bicubic' }));

const WIN = 1.25;
const SECOND = 0.75;
const FLOOR = 0.25;
const values = (rewards: readonly { value: number }[]) => rewards.map(({ value }) => value);

describe('agreement', async () => {
  const model = await rewardModel('agreement');

  it('accepts two equal answers without a reference; the faster wins', async () => {
    const { rewards, references } = await judge(model, answers(response([honest]), response([honest])));
    expect(values(rewards)).toEqual([WIN, SECOND]);
    expect(references).toBe(0);
  });

  it('accepts the same pixels in another file', async () => {
    const other = storedPng(photo);
    expect(other).not.toBe(honest);
    const { rewards } = await judge(model, answers(response([honest]), response([other])));
    expect(values(rewards)).toEqual([WIN, SECOND]);
  });

  it('accepts rounding noise of another processor', async () => {
    const noisy = await encodePngBase64(everyNth(photo, 50));
    const { rewards } = await judge(model, answers(response([noisy]), response([honest])));
    expect(values(rewards)).toEqual([WIN, SECOND]);
  });

  it('rejects the fastest of all: a bicubic enlargement of the same file', async () => {
    const given = answers(response([cheap]), response([honest]));
    const { rewards, references } = await judge(model, given, { synapse: Upscale, reference: response([honest]) });
    expect(values(rewards)).toEqual([FLOOR, WIN]);
    expect(rewards[0]?.reason).toContain('different generation');
    expect(rewards.map(({ accepted }) => accepted)).toEqual([false, true]);
    expect(references).toBe(1);
  });

  it('rejects a copy that was compressed again', async () => {
    const jpeg = Buffer.from(await encodeJpeg(photo, { quality: 90 })).toString('base64');
    const { rewards } = await judge(model, answers(response([jpeg]), response([honest])), { reference: response([honest]) });
    expect(values(rewards)).toEqual([FLOOR, WIN]);
  });

  it('rejects another size, whatever it shows', async () => {
    const small = await encodePngBase64(half);
    const { rewards } = await judge(model, answers(response([small]), response([honest])), { reference: response([honest]) });
    expect(values(rewards)).toEqual([FLOOR, WIN]);
  });

  it('hashes no picture with an endless side, though two colluders send one', async () => {
    const line = (level: number): Raster => ({ width: 16_385, height: 1, channels: 3, data: new Uint8Array(16_385 * 3).fill(level) });
    const given = answers(response([await encodePngBase64(line(1))]), response([await encodePngBase64(line(2))]), response([honest]));
    const { rewards } = await judge(model, given, { reference: response([honest]) });
    expect(values(rewards)).toEqual([FLOOR, FLOOR, WIN]);
    expect(rewards[0]?.reason).toContain('16385 x 1 pixels');
  });

  it('believes no hashes and embeddings that come with an image', async () => {
    const claims = { image_hashes: [imageHashes(photo)], clip_embeddings: [[1, 0]] };
    const { rewards } = await judge(model, answers(response([cheap], claims), response([honest], claims)), {
      reference: response([honest]),
    });
    expect(values(rewards)).toEqual([FLOOR, WIN]);
  });

  it('catches two who agree on a wrong image when it audits', async () => {
    const { rewards, references } = await judge(model, answers(response([cheap]), response([cheap])), {
      reference: response([honest]),
      context: { auditRate: 1 },
    });
    expect(values(rewards)).toEqual([FLOOR, FLOOR]);
    expect(references).toBe(1);
  });

  it.each([
    ['no images', response([])],
    ['null for images', response(null)],
    ['an image that is no base64', response(['%%%'])],
    ['an image that is no image', response([Buffer.from('hello').toString('base64')])],
    ['a truncated image', response([Buffer.from(Buffer.from(honest, 'base64').subarray(0, 5000)).toString('base64')])],
    ['more images than were asked for', response(Array.from({ length: 5 }, () => honest))],
  ])('never accepts %s, not even twice', async (_, bad) => {
    const { rewards } = await judge(model, answers(bad, bad));
    expect(values(rewards)).toEqual([FLOOR, FLOOR]);
    const mixed = await judge(model, answers(bad, response([honest])), { reference: response([honest]) });
    expect(values(mixed.rewards)).toEqual([FLOOR, WIN]);
  });

  it('never equals a reference without an image', async () => {
    const { rewards } = await judge(model, answers(response([honest])), { reference: response([]) });
    expect(values(rewards)).toEqual([FLOOR]);
  });

  it('decodes nothing beyond the caps of its options', async () => {
    const capped = await rewardModel('agreement', { images: { maxPixels: 100 } });
    const { rewards } = await judge(capped, answers(response([honest]), response([honest])));
    expect(values(rewards)).toEqual([FLOOR, FLOOR]);
    expect(rewards[0]?.reason).toContain('more than the cap of 100 pixels');
  });

  it('checks a claim that the image is unsafe, even if both make it', async () => {
    const withheld = response([], { error_message: NSFW_ERROR_MESSAGE });
    const lie = await judge(model, answers(withheld, withheld), { reference: response([honest]) });
    expect(values(lie.rewards)).toEqual([FLOOR, FLOOR]);
    expect(lie.references).toBe(1);
    const truth = await judge(model, answers(withheld, response([honest])), { reference: withheld });
    expect(truth.rewards.map(({ reason }) => reason)).toEqual(['rightly withheld, fastest', 'should have been withheld']);
    expect(truth.rewards[0]?.value).toBe(WIN);
  });

  it('gives the floor to a miner that failed', async () => {
    const failed = fakeAnswer(9, { ok: false, failure: 'timeout', detail: 'late' });
    const { rewards } = await judge(model, [failed, ...answers(response([honest]))], { reference: response([honest]) });
    expect(values(rewards)).toEqual([FLOOR, WIN]);
  });

  it('takes its threshold per synapse', async () => {
    const decibels = psnr(photo, resize(half, { width: photo.width, height: photo.height, filter: 'bicubic' }));
    expect(decibels).toBeLessThan(50);
    const loose = await rewardModel('agreement', { agreement: { psnrDbBySynapse: { Upscale: Math.floor(decibels) } } });
    const given = answers(response([cheap]), response([honest]));
    expect(values((await judge(loose, given, { synapse: Upscale })).rewards)).toEqual([WIN, SECOND]);
    expect(values((await judge(loose, given, { reference: response([honest]) })).rewards)).toEqual([FLOOR, WIN]);
  });

  it('lets hashes reject and never accept', async () => {
    const mirrored = await encodePngBase64(mirror(photo));
    const lenient = { psnrDb: 1, hashFilter: false as const };
    const given = answers(response([mirrored]), response([honest]));
    const open = await rewardModel('agreement', { agreement: lenient });
    expect(values((await judge(open, given)).rewards)).toEqual([WIN, SECOND]);
    const filtered = await rewardModel('agreement', { agreement: { ...lenient, hashFilter: 0 } });
    expect(values((await judge(filtered, given, { reference: response([honest]) })).rewards)).toEqual([FLOOR, WIN]);
  });

  it('does not let hashes reject a flat picture for a change of one', async () => {
    const flat = paintFlat(80);
    const almost = { ...flat, data: flat.data.slice() };
    almost.data[300] = 81;
    const given = answers(response([await encodePngBase64(flat)]), response([await encodePngBase64(almost)]));
    expect(values((await judge(model, given)).rewards)).toEqual([WIN, SECOND]);
  });
});

describe('agreement on other responses', async () => {
  const model = await rewardModel('agreement');
  const request = { image_b64s: ['a'] };
  const embedding = (...vectors: number[][]) => ({ error_message: null, image_embeddings: vectors });

  it('compares embeddings by direction', async () => {
    const trial = { synapse: ClipEmbeddings, request, reference: embedding([1, 0.02]) };
    expect(values((await judge(model, answers(embedding([1, 0]), embedding([2, 0.01])), trial)).rewards)).toEqual([WIN, SECOND]);
    expect(values((await judge(model, answers(embedding([1, 1]), embedding([2, 0.01])), trial)).rewards)).toEqual([FLOOR, WIN]);
  });

  it.each([
    ['none', embedding()],
    ['too many', embedding([1, 0], [1, 0])],
    ['NaN', embedding([Number.NaN, 0])],
    ['vectors of length zero', embedding([])],
  ])('refuses embeddings: %s', async (_, bad) => {
    const { rewards } = await judge(model, answers(bad, bad), { synapse: ClipEmbeddings, request });
    expect(values(rewards)).toEqual([FLOOR, FLOOR]);
  });

  it('compares anything else by equality', async () => {
    const trial = { reference: { sum: 4 } };
    expect(values((await judge(model, answers({ sum: 4 }, { sum: 4 }), trial)).rewards)).toEqual([WIN, SECOND]);
    expect(values((await judge(model, answers({ sum: 5 }, { sum: 4 }), trial)).rewards)).toEqual([FLOOR, WIN]);
  });
});

function everyNth(raster: Raster, nth: number): Raster {
  return { ...raster, data: raster.data.map((value, index) => (index % nth === 0 ? value ^ 1 : value)) };
}

function mirror(raster: Raster): Raster {
  const data = raster.data.map((_, index) => {
    const pixel = Math.floor(index / 3);
    const x = raster.width - 1 - (pixel % raster.width);
    return raster.data[(Math.floor(pixel / raster.width) * raster.width + x) * 3 + (index % 3)]!;
  });
  return { ...raster, data };
}

function paintFlat(value: number): Raster {
  return { width: 64, height: 64, channels: 3, data: new Uint8Array(64 * 64 * 3).fill(value) };
}
