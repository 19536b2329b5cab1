// node --conditions=@vision-sdk/source packages/plugins/subtensor/test/live/metagraph-bench.ts [--threads] <raw chain spec> [neurons...]
// Times a metagraph of 256 and of 4,096 neurons, read through a real runtime: each read at a block of its own, so that none is cached.
// With --threads, Chopsticks runs the runtime in a thread of its own, as it does by itself.
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import type { Neuron } from '@vision-sdk/core';
import { jsonRpc } from '../support/json-rpc.ts';
import { writeNeurons } from '../support/live/neurons.ts';
import { startNode } from '../support/live/node.ts';
import { connectTo } from '../support/scenario.ts';

const NETUID = 19;
const READS = 5;
const { positionals, values } = parseArgs({ allowPositionals: true, options: { threads: { type: 'boolean' } } });
const isThreaded = values.threads ?? false;
const [spec, ...counts] = positionals;
if (spec === undefined) throw new Error('Name a raw chain spec');

/** Milliseconds of each of some reads, and the CPU of this process in them. */
async function timeReads(url: string, count: number) {
  const node = await jsonRpc(url);
  await using chain = await connectTo(url, NETUID, { callTimeoutMs: 60_000 });
  const times: number[] = [];
  let first: readonly Neuron[] | undefined;
  const cpu = process.cpuUsage();
  for (let read = 0; read < READS; read++) {
    await node.send('dev_newBlock', [{ count: 1 }]);
    const from = performance.now();
    const { neurons } = await chain.metagraph();
    times.push(Math.round(performance.now() - from));
    first ??= neurons;
    // Stakes may come from the chain at first and be reckoned later: they have to be the same.
    if (neurons.length !== count || !neurons.every((neuron, uid) => isRight(neuron, first?.[uid]))) throw new Error('misread');
  }
  const { user, system } = process.cpuUsage(cpu);
  await node[Symbol.asyncDispose]();
  return {
    neurons: count,
    firstMs: times[0],
    medianMs: times.toSorted((a, b) => a - b)[READS >> 1],
    timesMs: times,
    load: Number(loadavg()[0]?.toFixed(1)),
    ownCpuMs: Math.round((user + system) / 1000 / READS),
  };
}

function isRight({ uid, stakeRao, axon }: Neuron, first: Neuron | undefined): boolean {
  return axon?.host === `10.0.${uid >> 8}.${uid & 255}` && stakeRao > 0n && stakeRao === first?.stakeRao;
}

for (const count of counts.length === 0 ? [256, 4096] : counts.map(Number)) {
  await using node = await startNode(spec, { isOneThread: !isThreaded });
  await writeNeurons(node.url, NETUID, count);
  console.log(JSON.stringify(await timeReads(node.url, count)));
}
