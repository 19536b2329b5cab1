import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { VisionConfig } from '@vision-sdk/neuron/host';
import type { NeuronMessage } from '../neuron-messages.ts';
import { fromSources, packageRoot } from '../package-root.ts';
import { type DemoProcess, startProcess } from './process.ts';

/** A config may hold seeds and keys. */
const CONFIG_MODE = 0o600;

/** A neuron to start: `vision <role> start` with a config of its own. */
export interface NeuronToStart {
  readonly name: string;
  readonly role: 'miner' | 'validator';
  readonly config: VisionConfig;
  onMessage?(message: NeuronMessage): void;
}

/** The processes of the demo. Disposing of it ends them all; so does the end of this process. */
export class Children implements AsyncDisposable {
  /** Rejects as soon as one of them ends by itself. */
  readonly died: Promise<never>;
  readonly #folders: { readonly configs: string; readonly logs: string };
  readonly #running: DemoProcess[] = [];
  readonly #death = Promise.withResolvers<never>();
  #isOver = false;
  readonly #killAll = () => {
    for (const child of this.#running) child.kill();
  };

  constructor(folders: { readonly configs: string; readonly logs: string }) {
    this.#folders = folders;
    this.died = this.#death.promise;
    this.died.catch(() => undefined);
    process.once('exit', this.#killAll);
  }

  /** Starts a neuron; resolve its `ready` to know when it listens. Throws the abort error of a demo that has ended meanwhile. */
  async start({ name, role, config, onMessage }: NeuronToStart): Promise<DemoProcess> {
    const file = join(this.#folders.configs, `${name}.json`);
    await writeFile(file, JSON.stringify(config, undefined, 2), { mode: CONFIG_MODE });
    // Nobody would end it any more.
    if (this.#isOver) throw new DOMException('The demo has ended.', 'AbortError');
    const child = startProcess({
      name,
      args: [...process.execArgv, commandFile(), role, 'start', '--config', file],
      cwd: this.#folders.configs,
      logFile: join(this.#folders.logs, `${name}.log`),
      ...(onMessage === undefined ? {} : { onMessage }),
    });
    this.#running.push(child);
    child.died.catch(this.#death.reject);
    return child;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#running.map((child) => child.stop()));
    process.off('exit', this.#killAll);
  }
}

/** The `vision` command itself; tests run it from sources. */
function commandFile(): string {
  return join(packageRoot(), fromSources ? 'test/vision.ts' : 'bin/vision.js');
}
