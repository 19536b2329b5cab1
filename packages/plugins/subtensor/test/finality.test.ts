import type { Hotkey } from '@vision-sdk/core';
import { describe, expect, it } from 'vitest';
import { jsonRpc } from './support/json-rpc.ts';
import { readRecording } from './support/recording.ts';
import { type Answers, type ReplayNode, startReplay } from './support/replay.ts';
import { connectTo, KEYS } from './support/scenario.ts';

interface Header {
  readonly number: string;
  readonly parentHash: string;
}

const RECORDING = readRecording('runtime-143');
const SUBMITTED = RECORDING.exchanges.find(({ method }) => method === 'author_submitAndWatchExtrinsic')!;
const INCLUDED = RECORDING.exchanges.find(({ method, segment }) => method === 'chain_getHeader' && segment === SUBMITTED.segment)!;
const HEADER = INCLUDED.result as Header;
const BLOCK = Number(HEADER.number);
const KEY = { coldkey: KEYS.coldkey, hotkey: KEYS.miner.address as Hotkey };

/**
 * A node that loses its connections while it takes the first call, and has it in a block when it is asked again.
 * That block becomes final with the next one, or never.
 */
async function losing(becomesFinal: boolean): Promise<ReplayNode> {
  let isFinal = false;
  const follow = (number: number) => setImmediate(() => node.pushHead({ ...HEADER, number: `0x${number.toString(16)}` }));
  const answers: Answers = (method, [first]) => {
    if (method === SUBMITTED.method) node.dropConnections();
    if (method === 'chain_subscribeNewHead') follow(BLOCK);
    if (method === 'chain_getBlockHash' && first === BLOCK) return { result: INCLUDED.params[0] };
    if (method !== 'chain_getFinalizedHead') return undefined;
    const result = isFinal ? INCLUDED.params[0] : HEADER.parentHash;
    isFinal = becomesFinal;
    follow(BLOCK + 1);
    return { result };
  };
  const node = await startReplay(RECORDING, answers);
  return node;
}

/** Connects, and lets the blocks pass that were there before the call. */
async function connectedTo(url: string, options: Parameters<typeof connectTo>[2] = {}) {
  const chain = await connectTo(url, RECORDING.netuid, options);
  await using rpc = await jsonRpc(url);
  const before = RECORDING.exchanges.filter(({ method, segment }) => method === 'dev_newBlock' && segment < SUBMITTED.segment);
  for (const { method, params } of before) await rpc.send(method, [...params]);
  return chain;
}

describe('a call whose connection is lost', () => {
  it.each([
    ['finalized', true, 20_000],
    ['included', false, 2000],
  ] as const)('is %s when its block becomes final in time: %s', async (status, becomesFinal, inclusionTimeoutMs) => {
    await using node = await losing(becomesFinal);
    await using chain = await connectedTo(node.url, { inclusion: 'finalized', inclusionTimeoutMs });
    expect(await chain.register(KEY)).toEqual({ block: BLOCK, status });
  });

  it('is included at once where that is enough', async () => {
    await using node = await losing(false);
    await using chain = await connectedTo(node.url);
    expect(await chain.register(KEY)).toEqual({ block: BLOCK, status: 'included' });
  });
});
