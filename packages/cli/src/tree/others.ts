import { type Command, Option } from 'commander';
import { wholeNumber } from './flags.ts';
import type { Bind } from './invocation.ts';

/** `vision demo` and `vision doctor`. */
export function declareOthers(program: Command, bind: Bind): void {
  const demo = program
    .command('demo')
    .description('a whole subnet on this machine: miners compete, cheats lose, users get pictures')
    .option('--out <folder>', 'where pictures, summary and logs go', 'demo-output')
    .option('--rounds <n>', 'rounds to wait for', wholeNumber(4, 1000))
    .option('--timeout <seconds>', 'give up after this long', wholeNumber(10, 3600));
  bind(demo, async () => (await import('../commands/demo.ts')).demo);
  const doctor = program
    .command('doctor')
    .description('what is wrong with this machine and config, and the fix')
    .addOption(new Option('--role <role>', 'check the chain for this role instead of what the chain says').choices(['miner', 'validator']))
    .option('--report', 'print a row for the table of tested hardware, as markdown');
  bind(doctor, async () => (await import('../commands/doctor.ts')).doctor);
}
