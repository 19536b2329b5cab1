import { defineErrors, explain, VisionError } from '@vision-sdk/core';
import { describe, expect, it } from 'vitest';

const fail = defineErrors('VISION_TEST', {
  RATE_LIMIT: {
    message: (d: { readonly blocks: number }) => `The chain takes weights again in ${d.blocks} blocks.`,
    hint: (d) => `Wait about ${d.blocks * 12} seconds.`,
  },
  TOO_SMALL: { fault: 'request', message: () => 'The picture is too small.', hint: () => 'Send a larger one.' },
});

describe('VisionError', () => {
  it('says what happened, what to do and where to read', () => {
    expect(explain(fail('RATE_LIMIT', { blocks: 3 }))).toMatchInlineSnapshot(`
      "The chain takes weights again in 3 blocks.
        What to do: Wait about 36 seconds.
        Read: docs/errors.md#vision_test_rate_limit (VISION_TEST_RATE_LIMIT)"
    `);
  });

  it('keeps code, details, hint and cause', () => {
    const cause = new Error('underneath');
    const error = fail('RATE_LIMIT', { blocks: 3 }, { cause });
    expect(error).toMatchObject({ code: 'VISION_TEST_RATE_LIMIT', details: { blocks: 3 }, cause });
    expect(fail.codes).toEqual(['VISION_TEST_RATE_LIMIT', 'VISION_TEST_TOO_SMALL']);
  });

  it('says whether the request is at fault, also after the hop, and nothing where it is not', () => {
    const copy = VisionError.fromJSON(structuredClone(fail('TOO_SMALL', undefined).toJSON()));
    expect(copy.fault).toBe('request');
    for (const error of [fail('RATE_LIMIT', { blocks: 3 }), VisionError.fromJSON(fail('RATE_LIMIT', { blocks: 3 }).toJSON())]) {
      expect(error).not.toHaveProperty('fault');
      expect(error.toJSON()).not.toHaveProperty('fault');
    }
  });

  it('survives the hop between processes', () => {
    const error = fail('RATE_LIMIT', { blocks: 3 });
    const copy = VisionError.fromJSON(structuredClone(error.toJSON()));
    expect(copy).not.toBe(error);
    expect(copy.toJSON()).toEqual(error.toJSON());
    expect(VisionError.is(copy, 'VISION_TEST_RATE_LIMIT')).toBe(true);
  });

  it('is known across copies of core by its brand', () => {
    const foreign = Object.defineProperty(new Error('x'), Symbol.for('vision-sdk.error'), { value: true });
    expect(VisionError.is(foreign)).toBe(true);
    expect(VisionError.is(new Error('x'))).toBe(false);
    expect(VisionError.is(undefined)).toBe(false);
    expect(VisionError.is(fail('RATE_LIMIT', { blocks: 1 }), 'VISION_OTHER')).toBe(false);
  });
});
