import type { Plugin } from '@vision-sdk/core';
import { type CheckResult, pluginChecks, runChecks } from '@vision-sdk/core/testing';
import { ExitCode } from '../exit-code.ts';
import { jsonObject } from '../json-object.ts';
import { resolvePlugin } from '../project.ts';
import type { Invocation } from '../tree/invocation.ts';

/** Flags of `vision plugins check`. */
export interface CheckFlags {
  readonly options?: string;
}

/** `vision plugins check <package>`: the conformance checks that vitest and node:test run too. */
export async function checkPlugin({ args, flags, terminal }: Invocation<CheckFlags>): Promise<ExitCode> {
  const options = flags.options === undefined ? {} : jsonObject('--options', flags.options);
  const running = { check: 'its module can be imported' };
  using _ = tellOfExit(running);
  const plugin = await resolvePlugin(args[0] ?? '', options);
  running.check = 'contributes something, and the same each time';
  const results = await check(plugin, { flags, terminal, running });
  const failed = results.filter(({ ok }) => !ok).length;
  if (flags.json) terminal.json({ plugin: plugin.name, version: plugin.version, failed, results });
  else terminal.line(`\n${results.length - failed} of ${results.length} checks of ${plugin.name} ${plugin.version} passed`);
  return failed === 0 ? ExitCode.ok : ExitCode.failure;
}

async function check(
  plugin: Plugin,
  { flags, terminal, running }: Pick<Invocation<CheckFlags>, 'flags' | 'terminal'> & { readonly running: { check: string } },
): Promise<readonly CheckResult[]> {
  const checks = await pluginChecks(plugin);
  const names = checks.map(({ name }) => name).values();
  const next = () => {
    running.check = names.next().value ?? running.check;
  };
  next();
  return await runChecks(checks, (result) => {
    next();
    if (!flags.json) for (const line of lines(result)) terminal.line(line);
  });
}

/** The checks run the plugin in this process: one that ends it would take the reason along. */
function tellOfExit(running: { readonly check: string }): Disposable {
  const tell = (code: number) => {
    const problem = `the plugin ended the process with exit code ${code}.`;
    const fix = 'Throw an error instead of calling process.exit(): the host decides what becomes of a worker.';
    process.stderr.write(`${lines({ name: running.check, ok: false, problem, fix }).join('\n')}\n`);
    process.exitCode = ExitCode.failure;
  };
  process.once('exit', tell);
  return { [Symbol.dispose]: () => void process.off('exit', tell) };
}

function lines(result: CheckResult): readonly string[] {
  return result.ok
    ? [`  ok     ${result.name}`]
    : [`  FAILED ${result.name}`, `         ${result.problem}`, `         What to do: ${result.fix}`];
}
