import { type Answer, type AnySynapse, type Failure, type Reward, type Round, silentLog } from '@vision-sdk/core';
import { Upscale } from '@vision-sdk/core/synapses';
import { fakeNeuron } from '@vision-sdk/core/testing';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/validator/clock.ts';
import { createGateway } from '../../src/validator/gateway/gateway.ts';
import { Quiet } from '../../src/validator/quiet.ts';
import { Rounds } from '../../src/validator/rounds.ts';
import type { SubnetView } from '../../src/validator/subnet.ts';

const axon = { host: '127.0.0.1', port: 1 };
const neurons = [0, 1].map((uid) => ({ ...fakeNeuron(uid), coldkey: `owner-${uid}`, axon }));
const view = {
  metagraph: { neurons },
  serving: new Map(neurons.map(({ hotkey }) => [hotkey, new Set(['Upscale'])])),
  lowIncentive: new Set(),
} as unknown as SubnetView;
const task = { id: 'task', synapse: Upscale, request: { image: 'x' }, origin: 'organic' } as const;
const response = (image: string) => ({ error_message: null, image_b64s: [image], clip_embeddings: null, image_hashes: null });

type Verdict = (round: Round) => Promise<readonly Reward[] | undefined>;

/** Rounds whose miners answer with their own hotkey, or fail. */
function rounds(verdict: Verdict, failing: ReadonlyMap<string, Failure> = new Map()): Rounds {
  const ask = async (neuron: (typeof neurons)[number]) => {
    const failure = failing.get(neuron.hotkey);
    const outcome = failure === undefined ? { ok: true, response: response(neuron.hotkey) } : { ok: false, failure, detail: 'no' };
    return { neuron, latencyMs: 1, outcome } as Answer<AnySynapse>;
  };
  return new Rounds({
    view: () => view,
    ask: ask as never,
    judging: { add: (_id, _openedAtMs, round) => verdict(round) },
    quiet: new Quiet(),
    clock: systemClock,
    random: () => 0.5,
    emit: () => undefined,
    rivals: 1,
    organicRoundRate: 0,
    periodMs: 1000,
    signal: new AbortController().signal,
  });
}

const valued =
  (best: string): Verdict =>
  async ({ answers }) =>
    answers.map(({ neuron }) => ({ hotkey: neuron.hotkey, value: neuron.hotkey === best ? 1.25 : 0.25, reason: '' }));
/** Finds only these right; wrong ones earn more, as a reward model of one's own may have it. */
const accepting =
  (right: readonly string[]): Verdict =>
  async ({ answers }) =>
    answers.map(({ neuron }) => {
      const accepted = right.includes(neuron.hotkey);
      return { hotkey: neuron.hotkey, value: accepted ? 0.25 : 1, accepted, reason: '' };
    });
const never = new AbortController().signal;

describe('a verified answer', () => {
  it.each(neurons.map(({ hotkey }) => [hotkey]))('is the one that judging values most: %s', async (best) => {
    for (let turn = 0; turn < 4; turn++) {
      const { neuron } = await rounds(valued(best)).verified(task, never);
      expect(neuron.hotkey).toBe(best);
    }
  });

  it('is never a failure while another miner answered', async () => {
    const [failing, good] = neurons.map(({ hotkey }) => hotkey as string) as [string, string];
    const answer = await rounds(valued(failing), new Map([[failing, 'error']])).verified(task, never);
    expect(answer.neuron.hotkey).toBe(good);
  });

  it('is refused when the answers could not be judged', async () => {
    await expect(rounds(async () => undefined).verified(task, never)).rejects.toMatchObject({
      code: 'VISION_VALIDATOR_NOT_VERIFIED',
      message: 'Miners answered this Upscale request, but the answers could not be judged.',
    });
  });

  it('is refused when every answer was found to be wrong', async () => {
    await expect(rounds(accepting([])).verified(task, never)).rejects.toMatchObject({
      code: 'VISION_VALIDATOR_NOT_VERIFIED',
      message: 'Miners answered this Upscale request, but no answer was found to be right.',
    });
  });

  it.each(neurons.map(({ hotkey }) => [hotkey as string]))('is the right one, however little it earns: %s', async (right) => {
    for (let turn = 0; turn < 4; turn++) {
      const { neuron } = await rounds(accepting([right])).verified(task, never);
      expect(neuron.hotkey).toBe(right);
    }
  });

  it('is never a wrong one because the right one failed', async () => {
    const [failing] = neurons.map(({ hotkey }) => hotkey as string) as [string, string];
    const refused = rounds(accepting([failing]), new Map([[failing, 'error']])).verified(task, never);
    await expect(refused).rejects.toMatchObject({ code: 'VISION_VALIDATOR_NOT_VERIFIED' });
  });

  it('is no refusal that was found to be wrong', async () => {
    const withholding = new Map(neurons.map(({ hotkey }) => [hotkey as string, 'withheld' as const]));
    await expect(rounds(accepting([]), withholding).verified(task, never)).rejects.toMatchObject({ code: 'VISION_VALIDATOR_NOT_VERIFIED' });
  });

  it('is the refusal of a miner that withheld its result with good reason, never what another made', async () => {
    const [withholding] = neurons.map(({ hotkey }) => hotkey as string) as [string, string];
    const { outcome } = await rounds(accepting([withholding]), new Map([[withholding, 'withheld']])).verified(task, never);
    expect(outcome).toMatchObject({ ok: false, failure: 'withheld' });
  });

  it('is the failure itself when nobody answered', async () => {
    const all = new Map(neurons.map(({ hotkey }) => [hotkey as string, 'error' as const]));
    const { outcome } = await rounds(async () => undefined, all).verified(task, never);
    expect(outcome).toMatchObject({ ok: false, failure: 'error' });
  });

  it('stops waiting when the user has gone', async () => {
    const gone = new AbortController();
    const waiting = rounds(() => new Promise(() => undefined)).verified(task, gone.signal);
    gone.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
  });
});

describe('the gateway', () => {
  const gateway = (asked: boolean[]) =>
    createGateway({
      synapses: [Upscale],
      apiKey: 'secret-key',
      maxBodyBytes: 1e6,
      serve: async (_synapse, _request, { verify }) => {
        asked.push(verify);
        return response('x');
      },
      health: () => ({}),
      metrics: async () => ({ contentType: 'text/plain', text: '' }),
      log: silentLog,
    });

  it.each([
    [{ 'vision-verify': 'true' }, true],
    [{ 'vision-verify': 'false' }, false],
    [{}, false],
  ])('passes the header %o on as %s', async (headers, expected) => {
    const asked: boolean[] = [];
    const app = gateway(asked);
    const reply = await app.inject({
      method: 'POST',
      url: '/upscale',
      headers: { authorization: 'secret-key', ...headers },
      payload: { image: 'x' },
    });
    expect([reply.statusCode, ...asked]).toEqual([200, expected]);
  });

  it('answers 502 with what was not found', async () => {
    const app = createGateway({
      synapses: [Upscale],
      apiKey: 'secret-key',
      maxBodyBytes: 1e6,
      serve: async (_synapse, _request, { signal }) => (await rounds(accepting([])).verified(task, signal)).outcome,
      health: () => ({}),
      metrics: async () => ({ contentType: 'text/plain', text: '' }),
      log: silentLog,
    });
    const headers = { authorization: 'secret-key', 'vision-verify': 'true' };
    const reply = await app.inject({ method: 'POST', url: '/upscale', headers, payload: { image: 'x' } });
    expect([reply.statusCode, reply.json()]).toEqual([
      502,
      expect.objectContaining({
        code: 'VISION_VALIDATOR_NOT_VERIFIED',
        detail: expect.stringContaining('no answer was found to be right'),
      }),
    ]);
  });

  it('tells of the header in its description', async () => {
    const reply = await gateway([]).inject({ url: '/openapi.json' });
    expect(reply.json().paths['/upscale'].post.parameters).toMatchObject([{ name: 'vision-verify', in: 'header' }]);
  });
});
