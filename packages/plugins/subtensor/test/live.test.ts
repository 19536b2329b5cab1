import { ApiPromise, WsProvider } from '@polkadot/api';
import { chainChecks } from '@vision-sdk/core/testing';
import { afterAll, describe, expect, it } from 'vitest';
import type { SubtensorOptions } from '../src/options.ts';
import { pairOf } from './support/keys.ts';
import { type LiveNode, startNode } from './support/live/node.ts';
import { prepareSubnet } from './support/live/subnet.ts';
import { connectTo, KEYS, underTest } from './support/scenario.ts';

const spec = process.env.VISION_SUBTENSOR_SPEC;
const why = spec === undefined ? ' (skipped: VISION_SUBTENSOR_SPEC names no raw chain spec)' : '';
const MINUTE = 60_000;
/** What drand's quicknet published for its round 1000, of 2023-08-23. */
const PULSE = {
  round: 1000,
  randomness: '0xfe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd',
  signature: '0xb44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39',
};

describe.skipIf(spec === undefined)(`a real runtime${why}`, () => {
  let node: LiveNode;
  afterAll(async () => node?.[Symbol.asyncDispose]());

  const checks = chainChecks(async () => {
    node = await startNode(spec!);
    return underTest(node.url, await prepareSubnet(node.url));
  });
  for (const check of checks) it(check.name, { timeout: 5 * MINUTE }, check.run);
});

/** A validator on a subnet that hides weights, with two miners. */
async function hiddenSubnet(startMs: number | undefined, options: Partial<SubtensorOptions> = {}) {
  const node = await startNode(spec!, { startMs });
  const netuid = await prepareSubnet(node.url, { commitReveal: true, tempo: 5 });
  const provider = new WsProvider(node.url);
  const api = await ApiPromise.create({ provider: provider as never, noInitWarn: true });
  const chain = await connectTo(node.url, netuid, options);
  const { neurons } = await chain.metagraph();
  const uidOf = (name: string) => neurons.find(({ hotkey }) => hotkey === pairOf(name).address)!.uid;
  const [from, to] = [uidOf('validator'), uidOf('first')];
  const query = api.query.subtensorModule!;
  const weights = async () => (await query.weights!(netuid, from)).toJSON() as unknown[];
  const setWeights = () => chain.setWeights(KEYS.validator, new Map([[to, 1]]), { versionKey: 20_007 });
  const [send, has] = [provider.send.bind(provider), (call: string) => api.tx.subtensorModule?.[call] !== undefined];
  const buildUntilWeights = async () => {
    for (let block = 0; block < 30 && (await weights()).length === 0; block++) await send('dev_newBlock', [{ count: 1 }]);
    return weights();
  };
  const round = async () => {
    const pending = await (query.crv3WeightCommitsV2 ?? query.crv3WeightCommits)!.entries(netuid);
    return (pending[0]![1].toJSON() as unknown[][])[0]!.at(-1) as number;
  };
  const close = async () => {
    await chain[Symbol.asyncDispose]();
    await api.disconnect();
    await node[Symbol.asyncDispose]();
  };
  return { to, has, send, weights, setWeights, buildUntilWeights, round, [Symbol.asyncDispose]: close };
}

describe.skipIf(spec === undefined)(`hidden weights on a real runtime${why}`, () => {
  it('open by themselves with the signature of their round', { timeout: 10 * MINUTE }, async ({ skip }) => {
    const guess = 1_692_806_300_000;
    const missed = await (async () => {
      await using trial = await hiddenSubnet(guess);
      if (!trial.has('commitCrv3Weights')) return skip('this runtime has no timelock commits');
      await trial.setWeights();
      return PULSE.round - (await trial.round());
    })();
    // The chain's own clock decides over the round: start it so that the round is the one whose signature is known.
    await using subnet = await hiddenSubnet(guess + missed * 3000);
    expect(await subnet.setWeights()).toMatchObject({ status: 'committed' });
    expect([await subnet.round(), await subnet.weights()]).toEqual([PULSE.round, []]);
    await subnet.send('dev_setStorage', [{ Drand: { Pulses: [[[PULSE.round], PULSE]] } }]);
    expect(await subnet.buildUntilWeights()).toEqual([[subnet.to, 65_535]]);
  });

  it('are revealed by this process when they were hidden as a hash', { timeout: 10 * MINUTE }, async ({ skip }) => {
    await using subnet = await hiddenSubnet(undefined, { commitReveal: 'hash' });
    if (!subnet.has('commitWeights')) skip('this runtime hides no weights');
    expect(await subnet.setWeights()).toMatchObject({ status: 'committed' });
    expect(await subnet.weights()).toEqual([]);
    expect(await subnet.buildUntilWeights()).toEqual([[subnet.to, 65_535]]);
  });
});
