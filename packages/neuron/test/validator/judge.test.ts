import {
  type Answer,
  type AnySynapse,
  type JudgeContext,
  type Reward,
  type RewardModel,
  type RewardModelDefinition,
  type Round,
  silentLog,
} from '@vision-sdk/core';
import { fakeAnswer } from '@vision-sdk/core/testing';
import { describe, expect, it } from 'vitest';
import { createJudge, type JudgeOptions } from '../../src/validator/judge.ts';
import { hotkeyOf } from './goldens.ts';
import { Draw, drawing, ok, textReward } from './toy.ts';

const request = { seed: 1, prompt: 'a fox' };
const round: Round = {
  synapse: Draw,
  request,
  origin: 'synthetic',
  answers: [fakeAnswer<AnySynapse>(1, ok(drawing(request)), 300), fakeAnswer<AnySynapse>(2, ok({ image_b64s: ['wrong'] }), 20)],
};
const never = new AbortController().signal;

function definition(judge: RewardModel['judge'], id = 'scripted'): RewardModelDefinition {
  return { id, judges: '*', create: () => ({ judge, [Symbol.asyncDispose]: async () => {} }) };
}

function judgeWith(model: RewardModelDefinition, given: Partial<JudgeOptions> = {}) {
  const run = (async (_: AnySynapse, wanted: typeof request) => drawing(wanted)) as JudgeOptions['dispatcher']['run'];
  const options: JudgeOptions = {
    rewards: new Map([[model.id, model]]),
    chosen: { '*': model.id },
    dispatcher: { run },
    filters: { apply: async (_synapse, { response }) => response },
    ask: async (neuron) => ({ neuron, outcome: { ok: false, failure: 'unreachable', detail: '' }, latencyMs: 0 }) as Answer<never>,
    auditRate: 0.02,
    random: () => 0.5,
    log: silentLog,
    timeoutMs: 60_000,
    ...given,
  };
  return createJudge(options, [Draw]);
}

describe('judging', () => {
  it('lets the reward model judge against the own reference', async () => {
    const rewards = await judgeWith(textReward).judge(round, never);
    expect(rewards.map(({ value }) => value)).toEqual([1.25, 0.25]);
  });

  it('makes the reference once a round and puts it through the filters of a miner', async () => {
    let runs = 0;
    const seen: unknown[] = [];
    const filters: JudgeOptions['filters'] = { apply: async (_synapse, { response }) => ({ ...response, filtered: true }) };
    const run = (async () => {
      runs++;
      return { image_b64s: ['a'] };
    }) as unknown as JudgeOptions['dispatcher']['run'];
    const model = definition(async ({ answers }, context) => {
      seen.push(...(await Promise.all([context.reference(), context.reference()])));
      return answers.map(({ neuron }) => ({ hotkey: neuron.hotkey, value: 1, reason: '' }));
    });
    await judgeWith(model, { dispatcher: { run }, filters }).judge(round, never);
    expect({ runs, seen }).toEqual({
      runs: 1,
      seen: [
        { image_b64s: ['a'], filtered: true },
        { image_b64s: ['a'], filtered: true },
      ],
    });
  });

  it('tells the reward model the audit rate of the config', async () => {
    const rates: number[] = [];
    const model = definition(async ({ answers }, { auditRate }: JudgeContext) => {
      rates.push(auditRate);
      return answers.map(({ neuron }) => ({ hotkey: neuron.hotkey, value: 1, reason: '' }));
    });
    await judgeWith(model, { auditRate: 0.3 }).judge(round, never);
    expect(rates).toEqual([0.3]);
  });

  it('passes on what a reward model throws, and creates one anew whose creation failed', async () => {
    await expect(judgeWith(definition(async () => Promise.reject(new Error('boom')))).judge(round, never)).rejects.toThrow('boom');
    let creations = 0;
    const fragile: RewardModelDefinition = {
      ...textReward,
      create: (context) => {
        creations++;
        if (creations === 1) throw new Error('no file');
        return textReward.create(context);
      },
    };
    const judge = judgeWith(fragile);
    await expect(judge.judge(round, never)).rejects.toThrow('no file');
    expect(await judge.judge(round, never)).toHaveLength(2);
    await judge[Symbol.asyncDispose]();
  });

  it('gives up on a reward model that hangs and does not listen', async () => {
    const hanging = definition(() => new Promise(() => {}));
    await expect(judgeWith(hanging, { timeoutMs: 5 }).judge(round, never)).rejects.toMatchObject({
      code: 'VISION_VALIDATOR_JUDGE_TIMEOUT',
    });
    const stop = new AbortController();
    const stopped = judgeWith(hanging).judge(round, stop.signal);
    stop.abort(new Error('the validator stops'));
    await expect(stopped).rejects.toThrow('the validator stops');
  });

  const good = { hotkey: hotkeyOf(1), value: 1, reason: '' };
  it.each<readonly [string, readonly Reward[]]>([
    ['forgets an answer', [good]],
    ['rewards a stranger', [good, { ...good, hotkey: hotkeyOf(9) }]],
    ['rewards one twice', [good, good]],
    ['says neither true nor false', [good, { ...good, hotkey: hotkeyOf(2), accepted: 'yes' as never }]],
    ['gives NaN', [good, { ...good, hotkey: hotkeyOf(2), value: Number.NaN }]],
    ['gives less than nothing', [good, { ...good, hotkey: hotkeyOf(2), value: -1 }]],
  ])('refuses the verdict of a reward model that %s', async (_, rewards) => {
    await expect(judgeWith(definition(async () => rewards)).judge(round, never)).rejects.toMatchObject({
      code: 'VISION_VALIDATOR_REWARD_INVALID',
    });
  });

  it('refuses at the start a config whose reward model is not there, or judges something else', () => {
    const codeOf = (given: Partial<JudgeOptions>) => {
      try {
        judgeWith(textReward, given);
        return 'nothing thrown';
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    expect(codeOf({ chosen: {} })).toBe('VISION_VALIDATOR_REWARD_MISSING');
    expect(codeOf({ chosen: { '*': 'tekst' } })).toBe('VISION_VALIDATOR_REWARD_UNKNOWN');
    expect(codeOf({ rewards: new Map([['text', { ...textReward, judges: ['Other'] }]]) })).toBe('VISION_VALIDATOR_REWARD_UNKNOWN');
  });
});
