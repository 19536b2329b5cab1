import { startValidator, type ValidatorEvent } from '@vision-sdk/neuron/validator';
import { ExitCode } from '../exit-code.ts';
import { tellSupervisor } from '../neuron-messages.ts';
import { openNeuron } from '../open-neuron.ts';
import { runUntilStopped } from '../supervised.ts';
import type { Invocation } from '../tree/invocation.ts';

/** `vision validator start`. */
export async function startValidatorCommand({ flags, terminal }: Invocation): Promise<ExitCode> {
  const { project, log } = await openNeuron(flags, 'validator');
  const validator = await startValidator(project, { log });
  const { gateway } = validator;
  terminal.note(`Validator is running. ${gatewayNote(gateway)} Ctrl-C or SIGTERM stops it.`);
  reportScores(validator);
  tellSupervisor({ vision: 'ready', host: gateway?.host ?? '127.0.0.1', port: gateway?.port ?? 0 });
  await runUntilStopped(validator, terminal.note);
  return ExitCode.ok;
}

type Validator = Awaited<ReturnType<typeof startValidator>>;

function gatewayNote(gateway: Validator['gateway']): string {
  return gateway === undefined
    ? 'It has no gateway: set validator.gateway to sell access.'
    : `Its gateway listens on ${gateway.host}:${gateway.port}.`;
}

/** A supervisor sees the scoreboard whenever something on it changes. */
function reportScores(validator: Validator): void {
  if (process.send === undefined) return;
  let judged = 0;
  let weightsBlock: number | undefined;
  validator.observe((event: ValidatorEvent) => {
    if (event.kind === 'round-judged') {
      judged += 1;
      tellSupervisor({ vision: 'verdict', synapse: event.synapse, rewards: event.rewards });
    }
    if (event.kind === 'weights-set') weightsBlock = event.receipt.block;
    tellSupervisor({ vision: 'scoreboard', judged, rows: validator.scoreboard(), ...(weightsBlock === undefined ? {} : { weightsBlock }) });
  });
}
