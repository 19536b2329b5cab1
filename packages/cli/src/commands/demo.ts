import { join } from 'node:path';
import type { Outcome } from '../demo/play.ts';
import { runDemo } from '../demo/run-demo.ts';
import { renderLine, renderMiners, renderScoreboard, type Standing } from '../demo/scoreboard-view.ts';
import { findingsOf } from '../demo/summary.ts';
import { fail } from '../errors.ts';
import { ExitCode } from '../exit-code.ts';
import { interruption } from '../supervised.ts';
import type { Terminal } from '../terminal.ts';
import type { Invocation } from '../tree/invocation.ts';

const ROUNDS = 24;
const TIMEOUT_SECONDS = 180;
const LINE_EVERY_SECONDS = 2;

/** Flags of `vision demo`. */
export interface DemoFlags {
  readonly out: string;
  readonly rounds?: number;
  readonly timeout?: number;
}

/** `vision demo`: a subnet on this machine. Throws DEMO_MISBEHAVED when the subnet did not do its work. */
export async function demo({ flags, terminal }: Invocation<DemoFlags>): Promise<ExitCode> {
  using interrupted = interruption('vision demo');
  const show = flags.json ? () => undefined : await scoreboard(terminal);
  const outcome = await runDemo({
    out: flags.out,
    rounds: flags.rounds ?? ROUNDS,
    timeoutMs: (flags.timeout ?? TIMEOUT_SECONDS) * 1000,
    signal: interrupted.signal,
    show,
  });
  if (flags.json) terminal.json(outcome.summary);
  else report(outcome, flags.out, terminal);
  const findings = findingsOf(outcome.summary);
  if (findings.length > 0) throw fail('DEMO_MISBEHAVED', { findings });
  return ExitCode.ok;
}

/** A table that renews itself on a screen, a line now and then elsewhere. */
async function scoreboard(terminal: Terminal): Promise<(standing: Standing) => void> {
  if (!terminal.interactive) return lines(terminal);
  const { createLogUpdate } = await import('log-update');
  const update = createLogUpdate(terminal.progressStream);
  return (standing) => {
    update(renderScoreboard(standing, terminal.colours));
    if (standing.phase === 'done') update.done();
  };
}

function lines(terminal: Terminal): (standing: Standing) => void {
  let last = Number.NEGATIVE_INFINITY;
  let lastPhase = '';
  return (standing) => {
    if (standing.phase === lastPhase && standing.seconds - last < LINE_EVERY_SECONDS) return;
    last = standing.seconds;
    lastPhase = standing.phase;
    terminal.line(renderLine(standing));
  };
}

function report({ summary, standing }: Outcome, out: string, terminal: Terminal): void {
  const { image, rounds, seconds } = summary;
  if (!terminal.interactive) terminal.line(`\n${renderMiners(standing, terminal.colours)}\n`);
  terminal.line(`${join(out, 'contact-sheet.png')}: what users asked for, and what they got`);
  terminal.line(`${image.path}: ${image.width}x${image.height}, ${image.psnrVsBicubicDb.toFixed(2)} dB above bicubic`);
  terminal.line(`${rounds} rounds in ${seconds} s. Summary and logs: ${out}`);
}
