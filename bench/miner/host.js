// A miner for the benchmarks: the built-in x2 network on one thread, one caller who is always admitted. Answers messages of its parent.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveConfig } from '@vision-sdk/neuron/host';
import { startMiner } from '@vision-sdk/neuron/miner';

const [caller] = process.argv.slice(2);
const folder = await mkdtemp(join(tmpdir(), 'vision-bench-'));
const config = resolveConfig({
  plugins: [['@vision-sdk/plugin-local-chain', { file: join(folder, 'chain.sqlite') }], '@vision-sdk/plugin-upscale'],
  wallet: { seed: '//BenchMiner' },
  devices: { cpu: { memory: '4GiB', threads: 1, queue: 64 } },
  logLevel: 'silent',
  miner: { host: '127.0.0.1', port: 0, externalHost: '127.0.0.1', allow: [caller], nonces: join(folder, 'nonces.sqlite') },
});
const miner = await startMiner({ config, folder: import.meta.dirname });

process.on('message', async (message) => {
  if (message === 'collect') {
    globalThis.gc();
    process.send('collected');
  }
  if (message === 'who') process.send({ hotkey: miner.hotkey, axon: miner.endpoint });
  if (message !== 'stop') return;
  await miner.drain();
  await rm(folder, { recursive: true });
  process.exit(0);
});
