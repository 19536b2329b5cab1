import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A running runtime of a raw chain spec. */
export interface LiveNode extends AsyncDisposable {
  readonly url: string;
}

/** Starts the runtime of a raw spec with Chopsticks; `npm install --ignore-scripts` in the folder `live` comes first. */
export async function startNode(
  spec: string,
  options: { readonly startMs?: number | undefined; readonly isOneThread?: boolean } = {},
): Promise<LiveNode> {
  const script = new URL('../../live/serve.mjs', import.meta.url).pathname;
  const { startMs, isOneThread = false } = options;
  const args = [script, ...(isOneThread ? ['--one-thread'] : []), spec, ...(startMs === undefined ? [] : [String(startMs)])];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, LOG_LEVEL: 'fatal', POLKADOTJS_DISABLE_ESM_CJS_WARNING: '1' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  for await (const line of createInterface(child.stdout)) {
    const url = /^listening (ws:.*)$/.exec(line)?.[1];
    if (url === undefined) continue;
    child.stdout.resume();
    const stop = async () => {
      child.stdin.end();
      await exited;
    };
    return { url, [Symbol.asyncDispose]: stop };
  }
  throw new Error(`Chopsticks ended before it listened: ${await exited}`);
}
