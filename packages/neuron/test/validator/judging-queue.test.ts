import { type Round, silentLog } from '@vision-sdk/core';
import { fakeAnswer } from '@vision-sdk/core/testing';
import { describe, expect, it } from 'vitest';
import type { ValidatorEvent } from '../../src/validator/events.ts';
import { type JudgingOptions, JudgingQueue } from '../../src/validator/judging-queue.ts';
import { Quiet } from '../../src/validator/quiet.ts';
import { writeRound } from '../../src/validator/round-record.ts';
import { Store } from '../../src/validator/store.ts';
import { vision2 } from '../../src/validator/vision-2.ts';
import { hotkeyOf } from './goldens.ts';
import { Draw, drawing, failed, ok, settled } from './toy.ts';

const request = { seed: 1, prompt: 'a fox' };
const round: Round = { synapse: Draw, request, origin: 'synthetic', answers: [fakeAnswer(1, ok(drawing(request)))] };
const right = [{ hotkey: hotkeyOf(1), value: 1.25, reason: '' }];

function queue(given: Partial<JudgingOptions> = {}) {
  const events: ValidatorEvent[] = [];
  const store = given.store ?? Store.open(':memory:');
  const options: JudgingOptions = {
    judge: { judge: async () => right, [Symbol.asyncDispose]: async () => {} },
    store,
    scoring: vision2,
    synapses: new Map([['DrawPicture@1', Draw]]),
    quiet: new Quiet(),
    periodMs: 1000,
    emit: (event) => events.push(event),
    log: silentLog,
    signal: new AbortController().signal,
    ...given,
  };
  return { judging: new JudgingQueue(options), store, events };
}

describe('the judging queue', () => {
  it('counts a round in the period it was played in', async () => {
    const { judging, store } = queue();
    expect(await judging.add('r', 7999, round)).toEqual(right);
    expect([...store.scores(7000).keys()]).toEqual([hotkeyOf(1)]);
  });

  it('drops a round that nobody answered, as Vision does', async () => {
    const { judging, store, events } = queue();
    expect(await judging.add('r', 0, { ...round, answers: [fakeAnswer(1, failed), fakeAnswer(2, failed)] })).toBeUndefined();
    expect(events).toMatchObject([{ kind: 'round-discarded', reason: 'nobody answered' }]);
    expect(store.openRounds()).toEqual([]);
  });

  it('waits until nothing is measured', async () => {
    const quiet = new Quiet();
    const measured = Promise.withResolvers<void>();
    const measuring = quiet.measure(() => measured.promise);
    const { judging, events } = queue({ quiet });
    const verdict = judging.add('r', 0, round);
    await settled();
    expect(events).toEqual([]);
    measured.resolve();
    await measuring;
    expect(await verdict).toEqual(right);
  });

  it('drops rounds that a slow judge can never get to', async () => {
    const first = Promise.withResolvers<typeof right>();
    const { judging, events, store } = queue({ judge: { judge: () => first.promise, [Symbol.asyncDispose]: async () => {} } });
    const verdicts = Array.from({ length: 70 }, (_, index) => judging.add(`r${index}`, 0, round));
    expect(events.length).toBe(6);
    expect(store.openRounds()).toHaveLength(64);
    first.resolve(right);
    await Promise.all(verdicts);
    expect(store.totals().get(hotkeyOf(1))?.rounds).toBe(64);
  });

  it('drops rounds whose pictures would fill the memory, and takes new ones when there is room again', async () => {
    const gate = Promise.withResolvers<typeof right>();
    const bytes = writeRound(round).length;
    const judge = { judge: () => gate.promise, [Symbol.asyncDispose]: async () => {} };
    const { judging, events, store } = queue({ judge, maxWaitingBytes: 2 * bytes });
    const verdicts = ['a', 'b', 'c'].map((id) => judging.add(id, 0, round));
    expect(await verdicts[2]).toBeUndefined();
    expect(events).toMatchObject([{ kind: 'round-discarded', id: 'c', reason: expect.stringContaining('too large together') }]);
    expect(store.openRounds().map(({ id }) => id)).toEqual(['a', 'b']);
    gate.resolve(right);
    await Promise.all(verdicts);
    expect(await judging.add('d', 0, round)).toEqual(right);
  });

  it('counts what an earlier process left open, and judges a round that is too large when nothing else waits', async () => {
    const store = Store.open(':memory:');
    const gate = Promise.withResolvers<typeof right>();
    const judge = { judge: () => gate.promise, [Symbol.asyncDispose]: async () => {} };
    const first = queue({ store, judge, maxWaitingBytes: 1 });
    void first.judging.add('large', 0, round);
    const next = queue({ store, judge, maxWaitingBytes: 1 });
    next.judging.resume();
    expect(await next.judging.add('another', 0, round)).toBeUndefined();
    gate.resolve(right);
    await next.judging.idle();
    expect(store.openRounds()).toEqual([]);
    expect(await next.judging.add('alone', 0, round)).toEqual(right);
  });

  it('survives a store that cannot be written, and leaves the round open', async () => {
    const store = Store.open(':memory:');
    const close = store.closeRound.bind(store);
    let full = true;
    store.closeRound = (...call) => {
      if (full) throw new Error('database or disk is full');
      return close(...call);
    };
    const { judging } = queue({ store });
    await judging.add('r', 0, round);
    expect(store.openRounds()).toHaveLength(1);
    full = false;
    const next = queue({ store });
    next.judging.resume();
    await next.judging.idle();
    expect(store.openRounds()).toEqual([]);
    expect(store.totals().get(hotkeyOf(1))?.rounds).toBe(1);
  });
});

describe('quiet', () => {
  it('does not wait for ever where something is always measured', async () => {
    const quiet = new Quiet();
    void quiet.measure(() => new Promise(() => {}));
    await quiet.quiet(1);
  });
});
