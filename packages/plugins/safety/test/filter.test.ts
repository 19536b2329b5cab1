import { type FilterContext, type ResponseOf, silentLog } from '@vision-sdk/core';
import { ClipEmbeddings, NSFW_ERROR_MESSAGE, Upscale } from '@vision-sdk/core/synapses';
import { PICTURE } from '@vision-sdk/core/testing';
import { describe, expect, it } from 'vitest';
import { nsfwFilter } from '../src/nsfw-filter.ts';

const HASHES = { average_hash: 'a', perceptual_hash: 'b', difference_hash: 'c', color_hash: 'd' };
const RESPONSE = { error_message: null, image_b64s: [PICTURE, PICTURE], clip_embeddings: [[1, 2]], image_hashes: [HASHES, HASHES] };
const WITHHELD = { ...RESPONSE, image_b64s: [], error_message: NSFW_ERROR_MESSAGE };

type Check = (images: readonly string[]) => unknown;

/** Filters a response; `check` stands in for the network. */
async function filtered(check: Check, response: ResponseOf<typeof Upscale> = RESPONSE, signal = new AbortController().signal) {
  const call = async (synapse: { name: string }, request: { image_b64s: string[] }) => {
    expect(synapse.name).toBe('SafetyCheck');
    expect(nsfwFilter.calls).toContainEqual(expect.objectContaining({ name: synapse.name }));
    return check(request.image_b64s);
  };
  const context = { call, signal, log: silentLog } as unknown as FilterContext;
  await using filter = await nsfwFilter.create({ log: silentLog });
  return filter.apply(Upscale, { image: PICTURE }, response, context);
}

const says = (...unsafe: boolean[]) => ({ unsafe, reasons: unsafe.map(() => []) });

describe('the filter nsfw', () => {
  it('lets safe images through unchanged', async () => {
    expect(await filtered(() => says(false, false))).toBe(RESPONSE);
  });

  it('withholds all images where one is unsafe, and keeps hashes and embeddings', async () => {
    expect(await filtered(() => says(false, true))).toEqual(WITHHELD);
  });

  it.each<[string, Check]>([
    [
      'fails',
      () => {
        throw new Error('out of memory');
      },
    ],
    ['answers for too few images', () => says(false)],
    ['answers with nothing', () => ({})],
    ['answers with other values', () => ({ unsafe: [0, 0], reasons: [] })],
  ])('withholds when the checker %s', async (_, check) => {
    expect(await filtered(check)).toEqual(WITHHELD);
  });

  it.each([[null], [[]]])('does not ask about a response with the images %j', async (image_b64s) => {
    const response = { ...RESPONSE, image_b64s };
    expect(await filtered(() => expect.unreachable('asked'), response)).toBe(response);
  });

  it('leaves responses of other kinds alone', async () => {
    await using filter = await nsfwFilter.create({ log: silentLog });
    const response = { error_message: null, image_embeddings: [[1]] };
    const context = { call: async () => expect.unreachable('asked'), signal: new AbortController().signal, log: silentLog };
    expect(await filter.apply(ClipEmbeddings, { image_b64s: [PICTURE] }, response, context)).toBe(response);
  });

  it('ends as cancelled, not as withheld, when nobody waits any more', async () => {
    const failing = () => {
      throw new Error('stopped');
    };
    await expect(filtered(failing, RESPONSE, AbortSignal.abort())).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
  });
});
