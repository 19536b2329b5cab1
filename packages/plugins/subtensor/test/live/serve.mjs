// node serve.mjs [--one-thread] <raw chain spec> [milliseconds]: runs its runtime behind a JSON-RPC server on a free port of this
// machine and prints the address. A block is built for each call that comes in, and for dev_newBlock; there is no consensus and no
// network. In one thread the runtime reads faster, and nothing else is answered while it runs.
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { parseArgs } from 'node:util';
import { setupWithServer } from '@acala-network/chopsticks';
import { destroyWorker, getAuraSlotDuration, runTask } from '@acala-network/chopsticks-core';

const { positionals, values } = parseArgs({ allowPositionals: true, options: { 'one-thread': { type: 'boolean' } } });
const [spec, start] = positionals;

const runtimeHere = (specifier, context, next) => {
  const isWorker = specifier === './node-worker.js' && context.parentURL?.includes('/chopsticks-core/');
  return next(isWorker ? new URL('executor.mjs', import.meta.url).href : specifier, context);
};
if (values['one-thread']) registerHooks({ resolve: runtimeHere });

const TIMESTAMP_NOW = '0xf0c365c3cf59d671eb72da0e7a4113c49f1f0515f462cdcf84e0f1d6045dfcbb';
const genesis = JSON.parse(readFileSync(spec, 'utf8'));
const { top } = genesis.genesis.raw;

// Without a time in the genesis, the first block can straddle two slots and fail.
const startMs = start === undefined ? Date.now() : Number(start);
const time = Buffer.alloc(8);
time.writeBigUInt64LE(BigInt(startMs));
top[TIMESTAMP_NOW] = `0x${time.toString('hex')}`;
genesis.genesis.raw.top = Object.fromEntries(Object.entries(top).sort(([a], [b]) => (a < b ? -1 : 1)));

// Newer runtimes import functions that Chopsticks lacks; its look-up of the slot length does not allow for that.
const code = top['0x3a636f6465'];
const task = {
  wasm: code,
  calls: [['AuraApi_slot_duration', []]],
  mockSignatureHost: false,
  allowUnresolvedImports: true,
  runtimeLogLevel: 0,
};
const answer = await runTask(task);
getAuraSlotDuration.cache.set(code, Promise.resolve(Number(Buffer.from(answer.Call.result.slice(2), 'hex').readBigUInt64LE(0))));

const server = await setupWithServer({
  genesis,
  port: 0,
  host: '127.0.0.1',
  'build-block-mode': 'Instant',
  'allow-unresolved-imports': true,
});
console.log(`listening ws://${server.addr}`);
const stop = async () => {
  await server.close();
  if (!values['one-thread']) await destroyWorker();
  process.exit(0);
};
process.on('SIGTERM', stop);
process.stdin.on('end', stop).resume();
