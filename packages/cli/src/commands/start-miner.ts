import { startMiner } from '@vision-sdk/neuron/miner';
import { ExitCode } from '../exit-code.ts';
import { tellSupervisor } from '../neuron-messages.ts';
import { warnOfPlugins } from '../plugin-warnings.ts';
import { neuronLog, openConfig } from '../project.ts';
import { runUntilStopped } from '../supervised.ts';
import type { Invocation } from '../tree/invocation.ts';

/** `vision miner start`. */
export async function startMinerCommand({ flags, terminal }: Invocation): Promise<ExitCode> {
  const loaded = await openConfig(flags);
  const log = neuronLog(loaded, 'miner');
  await warnOfPlugins(loaded, log);
  const miner = await startMiner(loaded, { log });
  const { host, port } = miner.endpoint;
  terminal.note(`Miner listens on ${host}:${port}. Ctrl-C or SIGTERM stops it after the running requests.`);
  tellSupervisor({ vision: 'ready', host, port });
  await runUntilStopped(miner, terminal.note);
  return ExitCode.ok;
}
