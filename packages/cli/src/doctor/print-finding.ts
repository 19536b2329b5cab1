import type { Terminal } from '../terminal.ts';
import type { Finding } from './finding.ts';

/** One finding on the terminal, with its fix below it. */
export function printFinding({ subject, state, found, fix }: Finding, { line, colours }: Pick<Terminal, 'line' | 'colours'>): void {
  const mark = state === 'ok' ? colours.green('ok   ') : state === 'note' ? colours.yellow('note ') : colours.red('WRONG');
  line(`${mark} ${subject}: ${found}`);
  if (fix !== undefined) line(`      ${fix}`);
}
