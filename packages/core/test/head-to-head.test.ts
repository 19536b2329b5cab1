import { readFileSync } from 'node:fs';
import {
  type Answer,
  type Comparison,
  defineSynapse,
  type HeadToHeadOptions,
  headToHead,
  type JudgeContext,
  type Outcome,
} from '@vision-sdk/core';
import { fakeAnswer, fakeJudgeContext } from '@vision-sdk/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const Draw = defineSynapse({
  name: 'Draw',
  version: 1,
  timeoutMs: 1000,
  request: z.object({ seed: z.int() }),
  response: z.object({ image: z.string() }),
});
type Draw = typeof Draw;

const RIGHT = 'right';
const failed: Outcome<{ image: string }> = { ok: false, failure: 'timeout', detail: 'silent' };
const withheld: Outcome<{ image: string }> = { ok: false, failure: 'withheld', detail: 'error_nsfw_image' };
const drawn = (image: string): Outcome<{ image: string }> => ({ ok: true, response: { image } });

/** Images are the same when their texts are; `partly:0.4` is similar to anything by that much. */
function compare(left: { image: string }, right: { image: string }): Comparison {
  const partly = [left.image, right.image].map((image) => /^partly:(.*)$/.exec(image)?.[1]).find((match) => match !== undefined);
  return { same: left.image === right.image, similarity: partly === undefined ? 0 : Number(partly) };
}

interface Play {
  readonly answers: readonly Answer<Draw>[];
  readonly options?: HeadToHeadOptions<Draw>;
  readonly context?: Partial<JudgeContext<Draw>>;
  readonly reference?: string;
}

async function play({ answers, options, context, reference = RIGHT }: Play) {
  let references = 0;
  const model = headToHead<Draw>(compare, options);
  const judged = await model.judge(
    { synapse: Draw, request: { seed: 1 }, origin: 'synthetic', answers },
    fakeJudgeContext<Draw>(
      async () => {
        references++;
        return { image: reference };
      },
      { auditRate: 0.02, random: () => 0.5, ...context },
    ),
  );
  await model[Symbol.asyncDispose]();
  return { judged, values: judged.map((reward) => reward.value), references };
}

interface Recorded {
  readonly note?: string;
  readonly t1: number;
  readonly t2: number;
  readonly sim1: number;
  readonly sim2: number;
  readonly has: readonly [boolean, boolean];
  readonly out: { readonly 11: number; readonly 22: number };
}

const golden = (name: string): readonly Recorded[] =>
  JSON.parse(readFileSync(new URL(`./fixtures/vision/${name}.json`, import.meta.url), 'utf8')).cases;
const similar = (similarity: number) => (similarity === 1 ? RIGHT : `partly:${similarity}`);

describe('Vision 2.0.7 rewards, checked against the reference', () => {
  const cases = golden('scores_with_server').filter((entry) => entry.note === undefined);
  it.each(cases.map((entry) => [JSON.stringify(entry), entry] as const))('%s', async (_, entry) => {
    const answers = [
      fakeAnswer<Draw>(11, drawn(similar(entry.sim1)), entry.t1 * 1000),
      fakeAnswer<Draw>(22, drawn(similar(entry.sim2)), entry.t2 * 1000),
    ];
    const { values, references } = await play({ answers, context: { random: () => 0.001 } });
    expect(values).toEqual([entry.out[11], entry.out[22]]);
    expect(references).toBe(1);
  });

  it('covers every recorded case but two: no reference and a missing time', () => {
    expect(golden('scores_with_server').length - cases.length).toBe(2);
  });
});

describe('Vision 2.0.7 rewards, answers that agree', () => {
  const cases = golden('scores_without_server').filter((entry) => entry.t1 !== null && entry.t2 !== null && entry.has[0] && entry.has[1]);
  it.each(cases.map((entry) => [JSON.stringify(entry), entry] as const))('%s', async (_, entry) => {
    const answers = [fakeAnswer<Draw>(11, drawn('a'), entry.t1 * 1000), fakeAnswer<Draw>(22, drawn('a'), entry.t2 * 1000)];
    const { values, references } = await play({ answers });
    expect(values).toEqual([entry.out[11], entry.out[22]]);
    expect(references).toBe(0);
  });

  it('believes no pair in which one did not answer, where Vision pays it 0.75 or crashes', async () => {
    const one = [fakeAnswer<Draw>(11, drawn(RIGHT), 2000), fakeAnswer<Draw>(22, failed, 1000)];
    expect(await play({ answers: one })).toMatchObject({ values: [1.25, 0.25], references: 1 });
    const none = [fakeAnswer<Draw>(11, failed), fakeAnswer<Draw>(22, failed)];
    expect(await play({ answers: none })).toMatchObject({ values: [0.25, 0.25], references: 0 });
  });

  it('lets an answer without a time lose, where Vision crashes', async () => {
    const answers = [fakeAnswer<Draw>(11, drawn('a'), Number.NaN), fakeAnswer<Draw>(22, drawn('a'), 5000)];
    expect((await play({ answers })).values).toEqual([0.75, 1.25]);
  });
});

describe('headToHead', () => {
  it('checks a lone answer against the reference', async () => {
    expect(await play({ answers: [fakeAnswer<Draw>(1, drawn('wrong'))] })).toMatchObject({ values: [0.25], references: 1 });
    expect(await play({ answers: [fakeAnswer<Draw>(1, drawn(RIGHT))] })).toMatchObject({ values: [1.25], references: 1 });
  });

  it('never lets speed rescue a wrong image', async () => {
    const answers = [fakeAnswer<Draw>(1, drawn('wrong'), 1), fakeAnswer<Draw>(2, drawn(RIGHT), 9000)];
    expect((await play({ answers })).values).toEqual([0.25, 1.25]);
  });

  it('does not take near misses for agreement: Vision skipped the check for CLIP similarities above 0.9', async () => {
    const answers = [fakeAnswer<Draw>(1, drawn('partly:0.95'), 1), fakeAnswer<Draw>(2, drawn('partly:0.95 again'), 2)];
    const { references } = await play({ answers });
    expect(references).toBe(1);
  });

  it('pays accomplices only until an audit', async () => {
    const answers = [fakeAnswer<Draw>(1, drawn('wrong'), 1), fakeAnswer<Draw>(2, drawn('wrong'), 2)];
    expect((await play({ answers })).values).toEqual([1.25, 0.75]);
    expect((await play({ answers, context: { random: () => 0.0199 } })).values).toEqual([0.25, 0.25]);
    expect((await play({ answers, options: { auditRate: () => 0.6 } })).values).toEqual([0.25, 0.25]);
  });

  it('judges many answers: one winner, the other right ones lose', async () => {
    const answers = [
      fakeAnswer<Draw>(1, drawn(RIGHT), 300),
      fakeAnswer<Draw>(2, drawn(RIGHT), 100),
      fakeAnswer<Draw>(3, drawn('wrong'), 50),
      fakeAnswer<Draw>(4, failed, 10),
    ];
    const { values, judged } = await play({ answers });
    expect(values).toEqual([0.75, 1.25, 0.25, 0.25]);
    expect(judged.map(({ accepted }) => accepted)).toEqual([true, true, false, false]);
    expect(judged.map((reward) => reward.reason)).toMatchInlineSnapshot(`
      [
        "same generation",
        "same generation, fastest",
        "different generation",
        "no response (timeout)",
      ]
    `);
  });

  it('accepts nothing that is only similar, although it is paid', async () => {
    const { judged } = await play({ answers: [fakeAnswer<Draw>(1, drawn('partly:0.95'))] });
    expect(judged).toMatchObject([{ value: 0.95, accepted: false }]);
  });

  it('treats a response with a flaw as none, so that two empty answers do not agree', async () => {
    const answers = [fakeAnswer<Draw>(1, drawn(''), 1), fakeAnswer<Draw>(2, drawn(''), 2)];
    const flaw = (response: { image: string }) => (response.image === '' ? 'no image' : undefined);
    const { values, references, judged } = await play({ answers, options: { flaw } });
    expect({ values, references }).toEqual({ values: [0.25, 0.25], references: 0 });
    expect(judged[0]?.reason).toBe('unusable response: no image');
  });

  it('checks claims that an image was withheld', async () => {
    const answers = [fakeAnswer<Draw>(1, withheld, 1), fakeAnswer<Draw>(2, withheld, 2)];
    expect(await play({ answers })).toMatchObject({ values: [0.25, 0.25], references: 1 });
    const options: HeadToHeadOptions<Draw> = { withholds: (reference) => reference.image === 'unsafe' };
    expect(await play({ answers, options, reference: 'unsafe' })).toMatchObject({ values: [1.25, 0.75], references: 1 });
    const mixed = [fakeAnswer<Draw>(1, withheld, 9), fakeAnswer<Draw>(2, drawn('unsafe'), 2)];
    expect((await play({ answers: mixed, options, reference: 'unsafe' })).values).toEqual([1.25, 0.25]);
  });

  it('gives no verdict without a reference: the error goes to the validator, which discards the round', async () => {
    const reference = async () => Promise.reject(new Error('out of memory'));
    const round = { synapse: Draw, request: { seed: 1 }, origin: 'synthetic', answers: [fakeAnswer<Draw>(1, drawn(RIGHT))] } as const;
    await expect(headToHead<Draw>(compare).judge(round, fakeJudgeContext<Draw>(reference))).rejects.toThrow('out of memory');
  });

  it('keeps every reward between floor and 1 + bonus, whatever a comparison says', async () => {
    const outcome = fc.oneof(
      fc.constant(failed),
      fc.constant(withheld),
      fc.constantFrom('right', 'wrong', 'partly:NaN', 'partly:-3', 'partly:7').map(drawn),
    );
    const answers = fc.array(fc.tuple(outcome, fc.double()), { minLength: 1, maxLength: 6 });
    const property = fc.asyncProperty(answers, fc.double({ min: 0, max: 0.999 }), async (list, luck) => {
      const { values } = await play({
        answers: list.map(([given, ms], uid) => fakeAnswer<Draw>(uid, given, ms)),
        context: { random: () => luck },
      });
      expect(values).toHaveLength(list.length);
      for (const value of values) expect(value >= 0.25 && value <= 1.25).toBe(true);
      expect(values.filter((value) => value > 1).length).toBeLessThanOrEqual(1);
    });
    await fc.assert(property);
  });
});
