import { stat, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { totalmem } from 'node:os';
import { dirname, resolve } from 'node:path';
import type { WeightSource } from '@vision-sdk/core';
import { expandHome, parseMemorySize, weightPath } from '@vision-sdk/neuron/host';
import { unusableFiles } from '../models/unusable.ts';
import { formatBytes } from '../output/format.ts';
import { loadKeypair, type Project } from '../project.ts';
import { examine, type Finding } from './finding.ts';
import type { Machine } from './machine.ts';

const LEAST_FREE_BYTES = 2 * 2 ** 30;
const LEAST_NODE = [22, 18] as const;

/** Node is new enough (it must be, for this to run) and is a version with long support. */
export function checkNode({ node }: Machine): Finding {
  const [major = 0, minor = 0] = node.split('.').map(Number);
  const old = major < LEAST_NODE[0] || (major === LEAST_NODE[0] && minor < LEAST_NODE[1]);
  if (old)
    return { subject: 'Node', area: 'environment', state: 'wrong', found: node, fix: `Install Node ${LEAST_NODE.join('.')} or newer.` };
  return { subject: 'Node', area: 'environment', state: 'ok', found: node };
}

/** NVIDIA cards, or the news that there are none. */
export function checkGpu({ gpus }: Machine): Finding {
  const found = gpus.map(({ name, memoryMib, driver }) => `${name}, ${memoryMib} MiB, driver ${driver}`).join('; ');
  if (gpus.length > 0) return { subject: 'GPU', area: 'environment', state: 'ok', found };
  return {
    subject: 'GPU',
    area: 'environment',
    state: 'note',
    found: 'no NVIDIA card',
    fix: 'Models run on the CPU. With a card: install its driver, so that `nvidia-smi` lists it.',
  };
}

/** ONNX Runtime loads, and which execution providers it brings. */
export function checkRuntime(): Promise<Finding> {
  return examine('ONNX Runtime', 'environment', async () => {
    const { listExecutionProviders } = await import('@vision-sdk/onnx');
    const providers = await listExecutionProviders();
    return { state: 'ok', found: providers.map(({ name, installed }) => (installed ? name : `${name} (not installed)`)).join(', ') };
  });
}

/** Every device of the config can be used, and its memory is there. */
export function checkDevices({ config }: Project): readonly Promise<Finding>[] {
  return Object.entries(config.devices).map(([device, { memory }]) =>
    examine(`device ${device}`, 'environment', async () => {
      const { assertDevice } = await import('@vision-sdk/onnx');
      await assertDevice(device);
      const wanted = parseMemorySize(memory) ?? 0;
      if (device !== 'cpu' || wanted <= totalmem()) return { state: 'ok', found: `${memory} for models` };
      return {
        state: 'wrong',
        found: `${memory} for models, the machine has ${formatBytes(totalmem())}`,
        fix: `Lower devices.${device}.memory.`,
      };
    }),
  );
}

/** The ports that a neuron of this config wants are free. */
export function checkPorts({ config }: Project): readonly Promise<Finding>[] {
  const { miner, validator } = config;
  const wanted = [
    { key: 'miner.port', host: miner.host, port: miner.port },
    ...(validator.gateway === undefined
      ? []
      : [{ key: 'validator.gateway.port', host: validator.gateway.host, port: validator.gateway.port }]),
  ];
  return wanted.map(({ key, host, port }) =>
    examine(`port ${port}`, 'environment', async () => {
      const problem = await bindProblem(host, port);
      if (problem === undefined) return { state: 'ok', found: `free (${key})` };
      return {
        state: 'note',
        found: `${problem} (${key})`,
        fix: `If that is not your running neuron, end the program that uses it or change ${key}.`,
      };
    }),
  );
}

function bindProblem(host: string, port: number): Promise<string | undefined> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', ({ code }: NodeJS.ErrnoException) => done(code === 'EADDRINUSE' ? 'in use' : `cannot be bound: ${code}`));
    server.listen({ host, port, exclusive: true }, () => server.close(() => done(undefined)));
  });
}

/** The hotkey can be read. Without a config file nobody asked for one yet. */
export function checkWallet(project: Project): Promise<Finding> {
  return examine('wallet', 'chain', async () => {
    const { seed, name, hotkey } = project.config.wallet;
    if (project.file === undefined) return { state: 'note', found: 'not looked at: there is no config file', fix: 'Run `vision init`.' };
    const { address } = await loadKeypair(project);
    if (seed === undefined) return { state: 'ok', found: `${name}/${hotkey} is ${address}` };
    return {
      state: 'note',
      found: `a seed in the config, ${address}`,
      fix: 'Use a wallet file for anything but development: `vision wallet new`.',
    };
  });
}

/** Weight files of every configured model are there. */
export function checkWeights({ config, registry }: Project): readonly Promise<Finding>[] {
  return [...registry.models.values()].flatMap(({ model }) =>
    model.weights.map((source) =>
      examine(`weights of ${model.id}`, 'environment', async () => {
        const missing = await missingFiles(source, config.weightsDirectory);
        if (missing.length === 0) return await contentsOf(source, config.weightsDirectory);
        return {
          state: 'wrong',
          found: `not there: ${missing.join(', ')}`,
          fix:
            source.kind === 'hub'
              ? `Run \`vision models pull ${model.id}\`.`
              : 'Put the files there, or correct the folder in the options of the plugin.',
        };
      }),
    ),
  );
}

async function contentsOf(source: WeightSource, weightsDirectory: string): Promise<Pick<Finding, 'state' | 'found' | 'fix'>> {
  const unusable = await unusableFiles(source, weightsDirectory);
  if (unusable.length === 0) return { state: 'ok', found: `${formatBytes(source.bytes)}, ${source.licence}` };
  return {
    state: 'wrong',
    found: unusable.map(({ problem }) => problem).join('; '),
    fix: [...new Set(unusable.map(({ fix }) => fix))].join(' '),
  };
}

async function missingFiles(source: WeightSource, weightsDirectory: string): Promise<readonly string[]> {
  const paths = source.files.map((file) => weightPath(source, file, weightsDirectory));
  const there = await Promise.all(paths.map(exists));
  return paths.filter((_, index) => there[index] !== true);
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Enough room where weights, scores and the chain are written. */
export function checkDisk({ config }: Project): Promise<Finding> {
  return examine('disk', 'environment', async () => {
    const folder = await existingParent(resolve(expandHome(config.weightsDirectory)));
    const { bavail, bsize } = await statfs(folder);
    const free = bavail * bsize;
    if (free >= LEAST_FREE_BYTES) return { state: 'ok', found: `${formatBytes(free)} free` };
    return {
      state: 'wrong',
      found: `${formatBytes(free)} free at ${folder}`,
      fix: 'Make room, or point weightsDirectory at a larger disk.',
    };
  });
}

async function existingParent(folder: string): Promise<string> {
  return (await exists(folder)) || dirname(folder) === folder ? folder : existingParent(dirname(folder));
}
