import { startMiner } from '@vision-sdk/neuron/miner';
import { ExitCode } from '../exit-code.ts';
import { tellSupervisor } from '../neuron-messages.ts';
import { openNeuron } from '../open-neuron.ts';
import { runUntilStopped } from '../supervised.ts';
import type { Invocation } from '../tree/invocation.ts';

/** `vision miner start`. */
export async function startMinerCommand({ flags, terminal }: Invocation): Promise<ExitCode> {
  const { project, log } = await openNeuron(flags, 'miner');
  const miner = await startMiner(project, { log });
  const { host, port } = miner.endpoint;
  terminal.note(`Miner listens on ${host}:${port}. Ctrl-C or SIGTERM stops it after the running requests.`);
  tellSupervisor({ vision: 'ready', host, port });
  await runUntilStopped(miner, terminal.note);
  return ExitCode.ok;
}
