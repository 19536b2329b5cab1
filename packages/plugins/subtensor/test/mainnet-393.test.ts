import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Uid, VisionError } from '@vision-sdk/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { signerOf } from './support/keys.ts';
import { MockNode, type SeenCall } from './support/mock-node.ts';
import { connectTo } from './support/scenario.ts';

const file = resolve(process.env.VISION_GOLDENS ?? '../shared', 'chain/finney-metadata-393.scale');
const isThere = existsSync(file);
const why = isThere ? '' : ' (skipped: VISION_GOLDENS has no chain/finney-metadata-393.scale)';
const NETUID = 19;
const VALIDATOR = signerOf('validator');
const MINER = signerOf('miner');
const COLDKEY = signerOf('cold');
const WEIGHTS = new Map([
  [1 as Uid, 0.75],
  [2 as Uid, 0.25],
]);
const VERSION_KEY = { versionKey: 20_007 };

/** The file starts with a length; the metadata itself with the word `meta`. */
function metadata(): Uint8Array {
  const bytes = readFileSync(file);
  return new Uint8Array(bytes.subarray(bytes.indexOf('meta')));
}

describe.skipIf(!isThere)(`the main network's runtime 393, by its metadata${why}`, () => {
  let node: MockNode;
  beforeEach(async () => {
    node = await MockNode.start(metadata());
    node.store('networksAdded', [NETUID], true);
    node.store('subnetworkN', [NETUID], 3);
    node.store('tempo', [NETUID], 360);
    node.store('minAllowedWeights', [NETUID], 1);
    node.store('maxWeightsLimit', [NETUID], 65_535);
    node.store('weightsVersionKey', [NETUID], 20_003);
    node.store('weightsSetRateLimit', [NETUID], 100);
    node.store('servingRateLimit', [NETUID], 50);
    node.store('commitRevealWeightsEnabled', [NETUID], false);
    node.store('uids', [NETUID, VALIDATOR.address], 0);
    node.store('uids', [NETUID, MINER.address], 1);
    node.store('owner', [MINER.address], COLDKEY.address);
    node.store('validatorPermit', [NETUID], [true, false, false]);
    node.store('lastUpdate', [NETUID], [800, 800, 800]);
  });
  afterEach(async () => node[Symbol.asyncDispose]());

  const until = async (isDone: () => boolean) => {
    while (!isDone()) await new Promise((resolve) => setImmediate(resolve));
  };
  const only = (): SeenCall => {
    expect(node.calls).toHaveLength(1);
    return node.calls[0]!;
  };
  const errorOf = async (work: Promise<unknown>) => {
    const error = await work.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!VisionError.is(error)) throw new Error(`no VisionError but ${String(error)}`);
    return error.code.replace('VISION_SUBTENSOR_', '');
  };

  it('reads hyperparameters', async () => {
    await using chain = await connectTo(node.url, NETUID);
    expect(await chain.hyperparameters()).toEqual({
      tempo: 360,
      weightsRateLimit: 100,
      weightsVersionKey: 20_003,
      minAllowedWeights: 1,
      maxWeight: 1,
      commitReveal: false,
    });
  });

  it('reads the metagraph in one runtime call, and asks for no more columns than it needs', async () => {
    const keys = [VALIDATOR.address, MINER.address];
    const axon = { block: 1, version: 661, ip: 0x7f000002, port: 8091, ipType: 4, protocol: 4, placeholder1: 0, placeholder2: 0 };
    const columns = {
      netuid: NETUID,
      hotkeys: keys,
      coldkeys: [COLDKEY.address, COLDKEY.address],
      axons: [{ ...axon, ip: 0, port: 0 }, axon],
      active: [true, true],
      validatorPermit: [true, false],
      lastUpdate: [900, 800],
      dividends: [65_535, 0],
      incentives: [0, 65_535],
      trust: [0, 65_535],
      totalStake: ['9007199254740993', 0],
    };
    node.answerCall('SubnetInfoRuntimeApi_get_selective_metagraph', `Option<${node.typeNamed('SelectiveMetagraph')}>`, columns);
    await using chain = await connectTo(node.url, NETUID);
    const { neurons, nextEpochBlock } = await chain.metagraph();
    expect(neurons).toEqual([
      {
        uid: 0,
        hotkey: keys[0],
        coldkey: COLDKEY.address,
        stakeRao: 9_007_199_254_740_993n,
        validatorPermit: true,
        active: true,
        incentive: 0,
        trust: 0,
        dividends: 1,
        lastUpdate: 900,
      },
      {
        uid: 1,
        hotkey: keys[1],
        coldkey: COLDKEY.address,
        stakeRao: 0n,
        axon: { host: '127.0.0.2', port: 8091 },
        validatorPermit: false,
        active: true,
        incentive: 1,
        trust: 1,
        dividends: 0,
        lastUpdate: 800,
      },
    ]);
    // Epochs run where the remainder is the tempo.
    expect((nextEpochBlock + NETUID + 1) % 361).toBe(360);
  });

  it('sends set_weights, mortal, with the nonce of the node', async () => {
    await using chain = await connectTo(node.url, NETUID);
    const receipts = [await chain.setWeights(VALIDATOR, WEIGHTS, VERSION_KEY), await chain.setWeights(VALIDATOR, WEIGHTS, VERSION_KEY)];
    expect(receipts).toEqual([1, 2].map((later) => ({ block: 1000 + later, status: 'included' })));
    expect(node.calls.map(({ nonce, period }) => [nonce, period])).toEqual([0, 1].map((nonce) => [nonce, 128]));
    expect(node.calls[0]).toMatchObject({
      name: 'set_weights',
      signer: VALIDATOR.address,
      args: { netuid: 19, dests: [1, 2], weights: [65_535, 21_845], versionKey: 20_007 },
    });
  });

  it('commits weights to a timelock of the version that the chain names', async () => {
    node.store('commitRevealWeightsEnabled', [NETUID], true);
    await using chain = await connectTo(node.url, NETUID);
    expect(await chain.setWeights(VALIDATOR, WEIGHTS, VERSION_KEY)).toEqual({ block: 1001, status: 'committed' });
    const { name, args } = only();
    expect(name).toBe('commit_timelocked_weights');
    expect(args).toMatchObject({ netuid: 19, commitRevealVersion: 4 });
    const secondsUntil = 1_692_803_367 + 3 * Number(args.revealRound) - (node.startMs / 1000 + 1000 * 12);
    expect(secondsUntil).toBeGreaterThan(3 * 12);
    expect(secondsUntil).toBeLessThan((361 + 3) * 12);
    // 16 bytes of weights behind a hotkey of 32, as one timelock.
    expect(String(args.commit).length / 2 - 1).toBe(96 + 40 + 40 + 8 + (8 + 33 + 5 + 5 + 8 + 16) + (8 + 12) + 16);
  });

  it('speaks of mechanisms where the config names one', async () => {
    const index = NETUID + 4096;
    node.store('lastUpdate', [index], [0, 0, 0]);
    await using chain = await connectTo(node.url, NETUID, { mechanism: 1 });
    await chain.setWeights(VALIDATOR, WEIGHTS, VERSION_KEY);
    node.store('commitRevealWeightsEnabled', [NETUID], true);
    await chain.setWeights(VALIDATOR, WEIGHTS, VERSION_KEY);
    expect(node.calls.map(({ name }) => name)).toEqual(['set_mechanism_weights', 'commit_timelocked_mechanism_weights']);
    for (const { args } of node.calls) expect(args).toMatchObject({ netuid: 19, mecid: 1 });
  });

  it('reveals hash commits by itself, with what it hid', async () => {
    node.store('commitRevealWeightsEnabled', [NETUID], true);
    node.store('revealPeriodEpochs', [NETUID], 1);
    await using chain = await connectTo(node.url, NETUID, { commitReveal: 'hash' });
    expect(await chain.setWeights(VALIDATOR, WEIGHTS, VERSION_KEY)).toMatchObject({ status: 'committed' });
    expect(only().name).toBe('commit_weights');
    const revealed = Promise.withResolvers<SeenCall>();
    node.judge = (call) => {
      revealed.resolve(call);
      return undefined;
    };
    node.advance(400);
    const { name, args } = await revealed.promise;
    expect(name).toBe('reveal_weights');
    expect(args).toMatchObject({ netuid: 19, uids: [1, 2], values: [65_535, 21_845], versionKey: 20_007 });
    expect(args.salt).toHaveLength(8);
  });

  it('waits for the rate limit of weights instead of hitting it', async () => {
    node.store('lastUpdate', [NETUID], [950, 0, 0]);
    await using chain = await connectTo(node.url, NETUID);
    const receipt = chain.setWeights(VALIDATOR, WEIGHTS, VERSION_KEY);
    await chain.hyperparameters();
    node.advance(49);
    await chain.hyperparameters();
    expect(node.calls).toEqual([]);
    node.advance(1);
    expect(await receipt).toEqual({ block: 1051, status: 'included' });
  });

  it('does not wait longer than it may', async () => {
    node.store('lastUpdate', [NETUID], [950, 0, 0]);
    await using chain = await connectTo(node.url, NETUID, { rateLimitWaitMs: 60_000 });
    expect(await errorOf(chain.setWeights(VALIDATOR, WEIGHTS, VERSION_KEY))).toBe('RATE_LIMITED');
  });

  it('sends nothing in a dry run, and prints the vector', async () => {
    const lines: object[] = [];
    const log = { debug() {}, warn() {}, error() {}, info: (fields: object) => void lines.push(fields) };
    await using chain = await connectTo(node.url, NETUID, { dryRun: true, log });
    expect(await chain.setWeights(VALIDATOR, WEIGHTS, VERSION_KEY)).toEqual({ block: 1000, status: 'unchanged' });
    expect(node.calls).toEqual([]);
    expect(lines).toContainEqual(expect.objectContaining({ uids: [1, 2], values: [65_535, 21_845], dryRun: true }));
  });

  it('takes a fresh nonce when another process was faster', async () => {
    let refusals = 2;
    node.judge = () => (refusals-- > 0 ? { code: 1010, message: 'Invalid Transaction', data: 'Transaction is outdated' } : undefined);
    await using chain = await connectTo(node.url, NETUID);
    expect(await chain.setWeights(VALIDATOR, WEIGHTS, VERSION_KEY)).toMatchObject({ status: 'included' });
  });

  it.each([
    [10, 'HOTKEY_NOT_REGISTERED'],
    [12, 'RATE_LIMITED'],
    [11, 'AXON_INVALID'],
  ])('explains the refusal %d of the pool', async (custom, code) => {
    node.judge = () => ({ code: 1010, message: 'Invalid Transaction', data: `Custom error: ${custom}` });
    await using chain = await connectTo(node.url, NETUID);
    expect(await errorOf(chain.serveAxon(MINER, { host: '10.1.2.3', port: 8091 }))).toBe(code);
  });

  it('announces an axon, IPv6 too, and waits for the serving rate limit', async () => {
    const axon = { block: 980, version: 661, ip: 0x7f000002, port: 8091, ipType: 4, protocol: 4, placeholder1: 0, placeholder2: 0 };
    node.store('axons', [NETUID, MINER.address], axon);
    await using chain = await connectTo(node.url, NETUID);
    expect(await chain.serveAxon(MINER, { host: '127.0.0.2', port: 8091 })).toEqual({ block: 1000, status: 'unchanged' });
    const receipt = chain.serveAxon(MINER, { host: '2001:db8::1', port: 8091 });
    await chain.hyperparameters();
    node.advance(30);
    expect(await receipt).toMatchObject({ block: 1031, status: 'included' });
    expect(only()).toMatchObject({
      name: 'serve_axon',
      args: { netuid: 19, version: 661, ip: '0x20010db8000000000000000000000001', port: 8091, ipType: 6, protocol: 4 },
    });
  });

  it('registers when the coldkey can pay and there is room', async () => {
    node.store('burn', [NETUID], 2_000_000_000);
    node.store('networkRegistrationAllowed', [NETUID], true);
    await using chain = await connectTo(node.url, NETUID);
    const newcomer = { coldkey: COLDKEY, hotkey: signerOf('newcomer').address as never };
    expect(await chain.registrationCostRao()).toBe(2_000_000_000n);
    expect(await errorOf(chain.register(newcomer))).toBe('BALANCE_TOO_LOW');
    node.storeIn('system', 'account', [COLDKEY.address], { data: { free: 3_000_000_000 } });
    node.advance();
    expect(await chain.register(newcomer)).toEqual({ block: 1002, status: 'included' });
    expect(only()).toMatchObject({ name: 'burned_register', signer: COLDKEY.address, args: { netuid: 19, hotkey: newcomer.hotkey } });
    expect(await errorOf(chain.register({ ...newcomer, hotkey: 'rubbish' as never }))).toBe('ADDRESS_INVALID');
  });

  it('finds its call in the blocks when the node that took it is lost', async () => {
    await using chain = await connectTo(node.url, NETUID);
    const stop = new AbortController();
    const blocks = chain.blocks(stop.signal)[Symbol.asyncIterator]();
    await blocks.next();
    node.isLosingUpdates = true;
    const receipt = chain.setWeights(VALIDATOR, WEIGHTS, VERSION_KEY);
    while (node.calls.length === 0) await blocks.next();
    node.dropConnections();
    await chain.hyperparameters();
    node.advance(3);
    expect(await receipt).toEqual({ block: 1001, status: 'included' });
    expect(node.calls).toHaveLength(1);
    stop.abort();
  });

  it('finds its call in the blocks when it was cut off while handing it over', async () => {
    await using chain = await connectTo(node.url, NETUID);
    node.judge = () => {
      node.dropConnections();
      return undefined;
    };
    const receipt = chain.setWeights(VALIDATOR, WEIGHTS, VERSION_KEY);
    await until(() => node.calls.length === 1);
    await chain.hyperparameters();
    node.advance();
    expect(await receipt).toEqual({ block: 1001, status: 'included' });
  });

  it('finds its call again when another block takes the place of the one that had it', async () => {
    await using chain = await connectTo(node.url, NETUID, { inclusion: 'finalized' });
    node.finalized = 1000;
    const receipt = chain.setWeights(VALIDATOR, WEIGHTS, VERSION_KEY);
    await until(() => node.calls.length === 1);
    node.dropConnections();
    await until(() => node.asked('chain_getFinalizedHead') > 0);
    node.replaceBlocks(1001);
    node.advance();
    node.includeAgain();
    node.finalized = node.head;
    node.advance();
    expect(await receipt).toEqual({ block: node.head - 1, status: 'finalized' });
  });

  it('says of a call that is not final in time that it is included', async () => {
    await using chain = await connectTo(node.url, NETUID, { inclusion: 'finalized', inclusionTimeoutMs: 1000 });
    expect(await chain.setWeights(VALIDATOR, WEIGHTS, VERSION_KEY)).toEqual({ block: 1001, status: 'included' });
  });

  it('gives up a call that no block takes', async () => {
    node.isLosingUpdates = true;
    await using chain = await connectTo(node.url, NETUID, { inclusionTimeoutMs: 200 });
    expect(await errorOf(chain.setWeights(VALIDATOR, WEIGHTS, VERSION_KEY))).toBe('NOT_INCLUDED');
  });
});
