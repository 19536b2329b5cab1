import { explain, VisionError } from '@vision-sdk/core';
import { chainFindings } from '../doctor/chain-findings.ts';
import * as checks from '../doctor/checks.ts';
import type { Finding } from '../doctor/finding.ts';
import { type Machine, readMachine } from '../doctor/machine.ts';
import { checkDefaultPlugins, checkFilters, checkModels, checkSmallModels } from '../doctor/model-checks.ts';
import { printFinding } from '../doctor/print-finding.ts';
import { measureHardware, reportRow } from '../doctor/report.ts';
import type { Role } from '../doctor/standing.ts';
import { ExitCode, exitCodeOf } from '../exit-code.ts';
import { openProject, type Project } from '../project.ts';
import type { GlobalFlags, Invocation } from '../tree/invocation.ts';

/** Flags of `vision doctor`. */
export interface DoctorFlags {
  readonly report?: boolean;
  /** What the neuron is meant to be; without it the chain's word counts. */
  readonly role?: Role;
}

/** `vision doctor`: what is wrong, and the fix. The exit code is that of the first thing that is wrong. */
export async function doctor({ flags, terminal }: Invocation<DoctorFlags>): Promise<ExitCode> {
  const machine = await readMachine();
  const { project, finding } = await openForDoctor(flags);
  if (flags.report === true && project !== undefined) return report(project, machine, { flags, terminal });
  const findings = [
    checks.checkNode(machine),
    checks.checkGpu(machine),
    await checks.checkRuntime(),
    finding,
    ...(await projectFindings(project, flags.role)),
  ];
  if (flags.json) terminal.json({ machine, findings });
  else for (const found of findings) printFinding(found, terminal);
  return exitOf(findings);
}

async function openForDoctor(flags: GlobalFlags): Promise<{ readonly project?: Project; readonly finding: Finding }> {
  try {
    const project = await openProject(flags);
    const found = project.file ?? 'no config file: defaults are used';
    const fix = { fix: 'Run `vision init` to write one.' };
    return {
      project,
      finding: { subject: 'config', area: 'config', found, ...(project.file === undefined ? { state: 'note', ...fix } : { state: 'ok' }) },
    };
  } catch (error) {
    const fix = VisionError.is(error) ? error.hint : 'Mend the config file.';
    const found = VisionError.is(error) ? error.message : explain(error);
    return { finding: { subject: 'config', area: exitCodeOf(error) === ExitCode.chain ? 'chain' : 'config', state: 'wrong', found, fix } };
  }
}

async function projectFindings(project: Project | undefined, role: Role | undefined): Promise<readonly Finding[]> {
  if (project === undefined) return [];
  const chain = chainFindings(project, role);
  const others = await Promise.all([
    ...checks.checkDevices(project),
    ...checks.checkPorts(project),
    checks.checkWallet(project),
    ...checks.checkWeights(project),
    ...checkFilters(project),
    checks.checkDisk(project),
  ]);
  const models = [...checkDefaultPlugins(project), ...(await checkModels(project)), ...checkSmallModels(project, role)];
  return [...others, ...models, ...(await chain)];
}

const EXIT_OF_AREA = { environment: ExitCode.environment, config: ExitCode.config, chain: ExitCode.chain } as const;

function exitOf(findings: readonly Finding[]): ExitCode {
  const wrong = findings.find(({ state }) => state === 'wrong');
  return wrong === undefined ? ExitCode.ok : EXIT_OF_AREA[wrong.area];
}

async function report(
  project: Project,
  machine: Machine,
  { flags, terminal }: Pick<Invocation<DoctorFlags>, 'flags' | 'terminal'>,
): Promise<ExitCode> {
  const measured = await measureHardware(project);
  if (flags.json) terminal.json({ machine, ...measured });
  else terminal.line(reportRow(machine, measured));
  return ExitCode.ok;
}
