import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keypairFromSeed } from '@vision-sdk/neuron/wire';
import { writeUserFile } from '../files.ts';
import { connectChain, openInMemory } from '../project.ts';
import { cast, newcomer, newSeed } from './cast.ts';
import { Children } from './children.ts';
import { type Stage, spectatorConfig } from './configs.ts';
import { type DemoOptions, type Outcome, Play } from './play.ts';
import { promptLines } from './prompts.ts';
import { Spectator } from './spectator.ts';

/** Runs a subnet of real processes and gives what came of it. Throws DEMO_PROCESS_DIED, DEMO_TIMEOUT, and the signal's reason; no process outlives it. */
export async function runDemo(options: DemoOptions): Promise<Outcome> {
  const logs = join(options.out, 'logs');
  await mkdir(logs, { recursive: true });
  await using temporary = await temporaryFolder();
  const { folder } = temporary;
  const [players, joining] = [cast(), newcomer()];
  const stage = newStage(folder);
  await writeUserFile(stage.promptsFile, promptLines(), { replace: false });
  await using chain = await connectChain(await openInMemory(spectatorConfig(stage), folder));
  const spectator = new Spectator(new Map([...players, joining].map(({ kind, seed }) => [keypairFromSeed(seed).address, kind])), chain);
  await using children = new Children({ configs: folder, logs });
  return await orEnd(new Play({ ...options, stage, players, joining, spectator, children }).run(), children, options);
}

/** A folder that is removed with all in it when it is disposed of. */
async function temporaryFolder(): Promise<{ readonly folder: string } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'vision-demo-'));
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }) };
}

function newStage(folder: string): Stage {
  const seed = newSeed();
  const validator = { seed, hotkey: keypairFromSeed(seed).address };
  return { folder, validator, apiKey: newSeed(), promptsFile: join(folder, 'prompts.txt') };
}

/** Ends with the first of: the play, a dead process, ctrl-C. */
async function orEnd<T>(play: Promise<T>, { died }: Children, { signal }: DemoOptions): Promise<T> {
  const interrupted = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => interrupted.reject(signal.reason), { once: true });
  try {
    return await Promise.race([play, died, interrupted.promise]);
  } catch (error) {
    play.catch(() => undefined);
    // Ctrl-C reaches the children too, and one of them may be reported dead first.
    throw signal.aborted ? signal.reason : error;
  }
}
