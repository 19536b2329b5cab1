import type { AxonEndpoint, Chain, Hotkey, Metagraph, Neuron, Receipt, Signer, Uid } from '../contract/chain.ts';
import { VisionError } from '../contract/errors.ts';
import { type Check, type Complain, check } from './check.ts';

/** What a chain under test is able to; what is not declared is not asked of it. */
export interface ChainAbilities {
  /** Refuses calls that the caller may not make or that make no sense. Default true. */
  readonly refuses?: boolean;
  /** Turns weights into incentives at each epoch. Default true. */
  readonly epochs?: boolean;
  /** Reads the metagraph of earlier blocks. Default true. */
  readonly history?: boolean;
}

/** A connected chain on which a validator may set weights and a miner is yet to register. */
export interface ChainUnderTest {
  readonly chain: Chain;
  readonly netuid: number;
  /** Pays for registrations, and owns no hotkey of another coldkey. */
  readonly coldkey: Signer;
  /** Registered, with stake and a validator permit; its rate limits let it call at once. */
  readonly validator: Signer;
  /** Not registered yet. */
  readonly miner: Signer;
  /** Never registered. */
  readonly stranger: Signer;
  /** An endpoint that this chain lets a neuron announce; 127.0.0.2:8091 unless given. */
  readonly axon?: AxonEndpoint;
  /** Lets that many blocks pass. */
  advance(blocks: number): Promise<void>;
}

type Body = (test: ChainUnderTest, complain: Complain) => Promise<void>;

/**
 * Lists what every chain promises its miners and validators, as checks to be run in their order on one subnet:
 * `open` is called once, by the first check; the last one disposes the chain.
 */
export function chainChecks(open: () => Promise<ChainUnderTest>, abilities: ChainAbilities = {}): readonly Check[] {
  let opened: Promise<ChainUnderTest> | undefined;
  const test = () => {
    opened ??= open();
    return opened;
  };
  const { refuses = true, epochs = true, history = true } = abilities;
  const bodies: Readonly<Record<string, Body>> = {
    ...READS,
    ...(history ? HISTORY : {}),
    ...CALLS,
    ...(refuses ? REFUSALS : {}),
    ...(epochs ? EPOCHS : {}),
    ...END,
  };
  return Object.entries(bodies).map(([name, body]) => check(name, async (complain) => body(await test(), complain)));
}

const READS: Readonly<Record<string, Body>> = {
  'serves the subnet it was asked for': async ({ chain, netuid }, complain) => {
    if (chain.netuid !== netuid) throw complain(`netuid is ${chain.netuid}, not ${netuid}.`, 'Keep the netuid of the connect context.');
  },
  'shows neurons by uid, with shares of 0 to 1': async ({ chain, validator }, complain) => {
    const metagraph = await chain.metagraph();
    checkMetagraph(metagraph, complain);
    const own = neuronOf(metagraph, validator);
    if (own === undefined) throw complain('the validator is not in the metagraph.', 'List every registered neuron.');
    if (!own.validatorPermit) throw complain('the validator shows no permit.', 'Read validatorPermit of each neuron.');
  },
  'names its hyperparameters': async ({ chain }, complain) => {
    const parameters = await chain.hyperparameters();
    const { tempo, weightsRateLimit, weightsVersionKey, minAllowedWeights, maxWeight } = parameters;
    const odd = [tempo, weightsRateLimit, weightsVersionKey, minAllowedWeights].find((value) => !Number.isInteger(value) || value < 0);
    if (odd !== undefined) throw complain(`${odd} is no whole number of 0 or more.`, 'Return tempo, limits and keys as whole numbers.');
    if (!(maxWeight > 0 && maxWeight <= 1)) throw complain(`maxWeight is ${maxWeight}.`, 'Return it as a share, 0 to 1.');
    if (typeof parameters.commitReveal !== 'boolean') throw complain('commitReveal is not a boolean.', 'Return true or false.');
  },
  'gives blocks as they come, the present one at once, and ends when told': async ({ chain, advance }, complain) => {
    const stop = new AbortController();
    const numbers: number[] = [];
    for await (const block of chain.blocks(stop.signal)) {
      checkBlock(block, complain);
      numbers.push(block.number);
      if (numbers.length === 3) stop.abort();
      else await advance(1);
    }
    if (numbers.length !== 3) throw complain(`the blocks ended after ${numbers}.`, 'Go on until the signal aborts.');
    if (numbers.some((number, index) => index > 0 && number <= (numbers[index - 1] ?? 0)))
      throw complain(`the blocks were ${numbers}.`, 'Yield each block once, in ascending order.');
  },
  'stops a read whose signal is aborted': async ({ chain }, complain) => {
    const signal = AbortSignal.abort(new Error('told to stop'));
    const error = await thrownBy(() => chain.metagraph({ signal }));
    if (error === undefined) throw complain('metagraph() answered all the same.', 'Reject with the reason of an aborted signal.');
  },
};

const HISTORY: Readonly<Record<string, Body>> = {
  'reads the metagraph of an earlier block': async ({ chain, advance }, complain) => {
    const { block: before, neurons } = await chain.metagraph();
    await advance(2);
    const then = await chain.metagraph({ atBlock: before.number });
    if (then.block.number !== before.number || then.block.hash !== before.hash)
      throw complain(`asked for block ${before.number}, got ${then.block.number}.`, 'Honour atBlock.');
    if (then.neurons.length !== neurons.length) throw complain('the same block has other neurons now.', 'Read the state of that block.');
    const later = await thrownBy(() => chain.metagraph({ atBlock: before.number + 1_000_000 }));
    mustBeVisionError(later, complain, 'a block that is to come');
  },
};

const CALLS: Readonly<Record<string, Body>> = {
  'says what registering costs, where it says anything': async ({ chain }, complain) => {
    const cost = await chain.registrationCostRao?.();
    if (chain.registrationCostRao !== undefined && !(typeof cost === 'bigint' && cost >= 0n))
      throw complain(`registering costs ${String(cost)}.`, 'Return a bigint of 0 or more, in rao.');
  },
  'registers a hotkey once': async ({ chain, coldkey, miner }, complain) => {
    const keys = { coldkey, hotkey: miner.address as Hotkey };
    const receipt = await chain.register(keys);
    checkReceipt(receipt, ['included', 'finalized'], complain);
    const neuron = neuronOf(await chain.metagraph(), miner);
    if (neuron === undefined) throw complain('the metagraph does not show the new neuron.', 'Resolve once the call is in a block.');
    if (neuron.coldkey !== coldkey.address) throw complain(`its coldkey is ${neuron.coldkey}.`, 'Show the coldkey that registered it.');
    checkReceipt(await chain.register(keys), ['unchanged'], complain);
  },
  'announces an axon, and sends nothing when the chain has the same': async (test, complain) => {
    const { chain, miner, axon = { host: '127.0.0.2', port: 8091 } } = test;
    checkReceipt(await chain.serveAxon(miner, axon), ['included', 'finalized'], complain);
    const shown = neuronOf(await chain.metagraph(), miner)?.axon;
    if (shown?.host !== axon.host || shown.port !== axon.port)
      throw complain(`the metagraph shows ${JSON.stringify(shown)}.`, 'Show the announced host and port.');
    checkReceipt(await chain.serveAxon(miner, axon), ['unchanged'], complain);
  },
  'takes the weights of a validator': async ({ chain, validator, miner, advance }, complain) => {
    // Weights count for neurons that registered in an earlier block.
    await advance(1);
    const uid = uidOf(await chain.metagraph(), miner, complain);
    const { weightsVersionKey: versionKey } = await chain.hyperparameters();
    const receipt = await chain.setWeights(validator, new Map([[uid, 1]]), { versionKey });
    checkReceipt(receipt, ['included', 'finalized', 'committed'], complain);
    const { lastUpdate } = neuronOf(await chain.metagraph(), validator) ?? {};
    if (lastUpdate !== receipt.block)
      throw complain(`lastUpdate is ${lastUpdate}, the weights are in block ${receipt.block}.`, 'Show the block of the last weights.');
  },
  'carries out calls of one key that are made at once': async ({ chain, validator, miner }, complain) => {
    const uid = uidOf(await chain.metagraph(), miner, complain);
    const { weightsVersionKey: versionKey } = await chain.hyperparameters();
    const weights = new Map([[uid, 1]]);
    const receipts = await Promise.all([
      chain.setWeights(validator, weights, { versionKey }),
      chain.setWeights(validator, weights, { versionKey }),
    ]);
    for (const receipt of receipts) checkReceipt(receipt, ['included', 'finalized', 'committed'], complain);
  },
};

const REFUSALS: Readonly<Record<string, Body>> = {
  'refuses an axon that nobody can reach': async ({ chain, miner }, complain) => {
    for (const endpoint of [
      { host: 'localhost', port: 8091 },
      { host: '0.0.0.0', port: 8091 },
      { host: '10.1.2.3', port: 0 },
      { host: '10.1.2.3', port: 70_000 },
    ]) {
      const error = await thrownBy(() => chain.serveAxon(miner, endpoint));
      mustBeVisionError(error, complain, `the axon ${endpoint.host}:${endpoint.port}`);
    }
  },
  'refuses calls of a hotkey that is not registered': async ({ chain, stranger }, complain) => {
    const { weightsVersionKey: versionKey } = await chain.hyperparameters();
    const weights = new Map([[0 as Uid, 1]]);
    const announce = await thrownBy(() => chain.serveAxon(stranger, { host: '10.1.2.3', port: 8091 }));
    mustBeVisionError(announce, complain, 'the axon of a stranger');
    mustBeVisionError(await thrownBy(() => chain.setWeights(stranger, weights, { versionKey })), complain, 'the weights of a stranger');
  },
  'refuses to register the hotkey of another coldkey': async ({ chain, stranger, miner }, complain) => {
    const error = await thrownBy(() => chain.register({ coldkey: stranger, hotkey: miner.address as Hotkey }));
    mustBeVisionError(error, complain, 'a registration by a stranger');
  },
  'refuses weights that are no weights': async ({ chain, validator }, complain) => {
    const { weightsVersionKey: versionKey } = await chain.hyperparameters();
    const { neurons } = await chain.metagraph();
    const cases: Readonly<Record<string, ReadonlyMap<Uid, number>>> = {
      'a negative share': new Map([[0 as Uid, -1]]),
      'a share that is no number': new Map([[0 as Uid, Number.NaN]]),
      'a uid that does not exist': new Map([[neurons.length as Uid, 1]]),
    };
    for (const [what, weights] of Object.entries(cases))
      mustBeVisionError(await thrownBy(() => chain.setWeights(validator, weights, { versionKey })), complain, what);
  },
  'refuses a version key below its own': async ({ chain, validator }, complain) => {
    const { weightsVersionKey } = await chain.hyperparameters();
    if (weightsVersionKey === 0) return;
    const weights = new Map([[0 as Uid, 1]]);
    const error = await thrownBy(() => chain.setWeights(validator, weights, { versionKey: weightsVersionKey - 1 }));
    mustBeVisionError(error, complain, 'an old version key');
  },
  'refuses weights of a neuron without a permit': async ({ chain, miner, validator }, complain) => {
    const uid = uidOf(await chain.metagraph(), validator, complain);
    const { weightsVersionKey: versionKey } = await chain.hyperparameters();
    mustBeVisionError(await thrownBy(() => chain.setWeights(miner, new Map([[uid, 1]]), { versionKey })), complain, 'weights of a miner');
  },
};

const EPOCHS: Readonly<Record<string, Body>> = {
  'pays a miner by its weights at the epoch': async ({ chain, miner, advance }, complain) => {
    const { block, nextEpochBlock } = await chain.metagraph();
    await advance(nextEpochBlock - block.number);
    const metagraph = await chain.metagraph();
    checkMetagraph(metagraph, complain);
    const { incentive } = neuronOf(metagraph, miner) ?? {};
    if (!(incentive !== undefined && Math.abs(incentive - 1) < 0.001))
      throw complain(
        `the only weighted miner has an incentive of ${incentive} at block ${metagraph.block.number}; the epoch was due at ${nextEpochBlock}.`,
        'Make nextEpochBlock the block in which the epoch runs.',
      );
    if (metagraph.nextEpochBlock <= nextEpochBlock)
      throw complain(`nextEpochBlock is still ${metagraph.nextEpochBlock}.`, 'After an epoch, name the one that comes next.');
  },
};

const END: Readonly<Record<string, Body>> = {
  'ends its readers and refuses further calls once disposed': async ({ chain }, complain) => {
    await chain[Symbol.asyncDispose]();
    const error = await thrownBy(() => chain.metagraph());
    // A chain without anything to let go of may go on answering.
    if (error !== undefined) mustBeVisionError(error, complain, 'a call after disposal');
  },
};

function checkMetagraph({ block, nextEpochBlock, neurons }: Metagraph, complain: Complain): void {
  checkBlock(block, complain);
  if (!(Number.isInteger(nextEpochBlock) && nextEpochBlock > block.number))
    throw complain(`nextEpochBlock is ${nextEpochBlock} at block ${block.number}.`, 'Name a block that is to come.');
  neurons.forEach((neuron, index) => {
    if (neuron.uid !== index) throw complain(`neuron ${index} has uid ${neuron.uid}.`, 'List neurons by uid, ascending, from 0.');
    checkNeuron(neuron, complain);
  });
  if (new Set(neurons.map(({ hotkey }) => hotkey)).size !== neurons.length)
    throw complain('a hotkey appears twice.', 'Give each hotkey one uid.');
}

function checkNeuron(neuron: Neuron, complain: Complain): void {
  const { uid, hotkey, coldkey, stakeRao, incentive, trust, dividends, lastUpdate, axon } = neuron;
  if (![hotkey, coldkey].every((key) => /^[1-9A-HJ-NP-Za-km-z]{46,49}$/.test(key)))
    throw complain(`uid ${uid} has the keys ${hotkey} and ${coldkey}.`, 'Show keys as SS58 addresses.');
  if (typeof stakeRao !== 'bigint' || stakeRao < 0n)
    throw complain(`uid ${uid} has the stake ${stakeRao}.`, 'Show stake as a bigint, in rao.');
  const share = [incentive, trust, dividends].find((value) => !(value >= 0 && value <= 1));
  if (share !== undefined) throw complain(`uid ${uid} shows a share of ${share}.`, 'Show incentive, trust and dividends as 0 to 1.');
  if (!Number.isInteger(lastUpdate)) throw complain(`uid ${uid} has lastUpdate ${lastUpdate}.`, 'Show it as a block number.');
  if (axon !== undefined && !(axon.port > 0 && axon.host !== '0.0.0.0'))
    throw complain(`uid ${uid} has the axon ${axon.host}:${axon.port}.`, 'Leave the axon out when the neuron serves nothing.');
}

/** No block is that late; a time beyond it was decoded wrongly. */
const LATEST_MS = Date.UTC(2200, 0);

function checkBlock({ number, hash, timestampMs }: Metagraph['block'], complain: Complain): void {
  if (!(Number.isInteger(number) && number >= 0)) throw complain(`a block has the number ${number}.`, 'Number blocks from 0.');
  if (!/^0x[0-9a-f]{64}$/.test(hash)) throw complain(`block ${number} has the hash ${hash}.`, 'Show 32 bytes as 0x and small hexadecimal.');
  if (!(Number.isInteger(timestampMs) && timestampMs >= 0 && timestampMs < LATEST_MS))
    throw complain(`block ${number} has the time ${timestampMs}.`, 'Show it in milliseconds.');
}

function checkReceipt({ block, status }: Receipt, allowed: readonly Receipt['status'][], complain: Complain): void {
  if (!allowed.includes(status)) throw complain(`the status is ${status}, not ${allowed.join(' or ')}.`, 'Say what became of the call.');
  if (!(Number.isInteger(block) && block >= 0)) throw complain(`the block is ${block}.`, 'Name the block of the call.');
}

function neuronOf({ neurons }: Metagraph, { address }: Signer): Neuron | undefined {
  return neurons.find(({ hotkey }) => hotkey === address);
}

function uidOf(metagraph: Metagraph, signer: Signer, complain: Complain): Uid {
  const neuron = neuronOf(metagraph, signer);
  if (neuron === undefined) throw complain(`${signer.address} is not in the metagraph.`, 'Mend the checks before this one first.');
  return neuron.uid;
}

async function thrownBy(call: () => Promise<unknown>): Promise<unknown> {
  try {
    await call();
    return undefined;
  } catch (error) {
    return error ?? new Error('nothing was thrown');
  }
}

function mustBeVisionError(error: unknown, complain: Complain, what: string): void {
  if (error === undefined) throw complain(`${what} is taken.`, 'Refuse it.');
  if (!VisionError.is(error))
    throw complain(`${what} fails with ${String(error)}.`, 'Throw a VisionError of the package, with a hint.', error);
  if (error.hint === '') throw complain(`${what} fails without a hint.`, 'Say what to do about it.');
}
