import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ExitCode } from '../src/index.ts';
import { ending, spawnVision, temporaryFolder, vision } from './vision-command.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

async function configOf(when: 'load' | 'run' | 'never'): Promise<string> {
  const plugins = [[join(import.meta.dirname, 'fixtures/deadly-plugin.ts'), { when }]];
  return folder.file(`deadly-${when}.json`, { plugins, devices: { cpu: { memory: '64MiB' } } });
}

const ARGS = ['run', 'text-to-image', '--prompt', 'a fox', '--config'];

describe('a model whose process is killed', () => {
  it.each([
    ['run', ExitCode.failure, 'VISION_HOST_WORKER_DIED', 'was killed by SIGKILL during a request.'],
    ['load', ExitCode.environment, 'VISION_HOST_LOAD_CRASHED', 'was killed by SIGKILL while it was loaded.'],
  ] as const)('in %s gives an error that says so, not silence', async (when, code, name, message) => {
    const ran = await vision(...ARGS, await configOf(when), '--json');
    const { error } = JSON.parse(ran.stderr);
    expect({ code: ran.code, name: error.code }).toEqual({ code, name });
    expect(error.message).toContain(message);
    expect(error.hint).toMatch(/ran out of memory.*Free memory/);
  });
});

describe('a model without room', () => {
  const configWith = async (name: string, more: object) => {
    const plugins = [[join(import.meta.dirname, 'fixtures/deadly-plugin.ts'), { when: 'run' }]];
    return folder.file(name, { plugins, ...more });
  };

  it('is an error before anything is started', async () => {
    const config = await configWith('small.json', { devices: { cpu: { memory: '64KiB' } } });
    const { code, stderr } = await vision(...ARGS, config, '--json');
    expect({ code, error: JSON.parse(stderr).error.code }).toEqual({ code: ExitCode.config, error: 'VISION_HOST_DOES_NOT_FIT' });
  });

  it('is looked for without the models that a neuron would pin', async () => {
    const config = await configWith('pinned.json', {
      devices: { cpu: { memory: '64KiB' }, 'cuda:0': { memory: '1MiB' } },
      pinned: ['gone'],
    });
    const { stderr } = await vision(...ARGS, config, '--json');
    expect(JSON.parse(stderr).error.code).toBe('VISION_HOST_WORKER_DIED');
  });
});

it('ends with 130 on ctrl-C, and its worker with it', async () => {
  const child = spawnVision([...ARGS, await configOf('never'), '--log-level', 'info'], folder.path);
  const ended = ending(child);
  let worker: number | undefined;
  child.stderr?.on('data', (text) => {
    const found = /"drawnBy":(\d+)/.exec(String(text))?.[1];
    if (found === undefined) return;
    worker = Number(found);
    child.kill('SIGINT');
  });
  const { code, stderr } = await ended;
  expect(stderr).toContain('VISION_CLI_INTERRUPTED');
  expect(code).toBe(ExitCode.interrupted);
  expect(() => process.kill(worker ?? 0, 0)).toThrow('ESRCH');
});
