import { Command, Option } from 'commander';
import type { ExitCode } from './exit-code.ts';
import { declareChain } from './tree/chain.ts';
import { declareGpu } from './tree/gpu.ts';
import { declareInit } from './tree/init.ts';
import { binder } from './tree/invocation.ts';
import { declareModels } from './tree/models.ts';
import { declareNeurons } from './tree/neurons.ts';
import { declareOthers } from './tree/others.ts';
import { declarePlugins } from './tree/plugins.ts';
import { declareRun } from './tree/run.ts';
import { declareWallet } from './tree/wallet.ts';
import { version } from './version.ts';

const EXIT_CODES = `
Exit codes:
  0  done
  1  it ran and failed
  2  wrong command, flag or input
  3  the config is wrong
  4  the chain or the wallet said no
  5  this machine lacks something: see vision doctor
  130  stopped by ctrl-C

Start here: vision demo`;

/** The command tree. Nothing but flags is loaded here: implementations are imported when chosen. */
export function buildProgram(done: (code: ExitCode) => void): Command {
  const program = new Command('vision')
    .description('Decentralised image inference: run miners, validators and models.')
    .version(version(), '--version', 'print the version')
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .showSuggestionAfterError()
    .option('--config <file>', 'config file instead of vision.config.* in this folder or above')
    .option('--json', 'print results as JSON on stdout, errors as JSON on stderr')
    .addOption(new Option('--log-level <level>', 'how much is logged').choices(['debug', 'info', 'warn', 'error', 'silent']))
    .option('--no-color', 'plain text (also by NO_COLOR)')
    .option('--debug', 'print the stack trace of an error')
    .addHelpText('after', EXIT_CODES);
  const bind = binder(done);
  for (const declare of [
    declareInit,
    declareOthers,
    declareNeurons,
    declarePlugins,
    declareModels,
    declareGpu,
    declareRun,
    declareWallet,
    declareChain,
  ]) {
    declare(program, bind);
  }
  return program;
}
