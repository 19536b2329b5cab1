// How long `vision --help` of the built package takes, beside an empty Node.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { median } from './_median.js';

const bin = fileURLToPath(new URL('../packages/cli/bin/vision.js', import.meta.url));
const ROUNDS = 15;
const TARGET_RATIO = 3;

/** Median wall time in milliseconds; both commands alternate, so that a busy moment hits both. */
export async function run() {
  if (!existsSync(fileURLToPath(new URL('../packages/cli/dist/index.js', import.meta.url)))) throw new Error('Build first: npm run build');
  const times = { help: [], empty: [] };
  for (let round = 0; round < ROUNDS + 2; round++) {
    const help = timed([bin, '--help']);
    const empty = timed(['-e', '0']);
    // The first two rounds fill the disk cache and the compile cache.
    if (round < 2) continue;
    times.help.push(help);
    times.empty.push(empty);
  }
  const value = median(times.help);
  const baseline = median(times.empty);
  return [
    {
      name: 'vision --help',
      value,
      unit: 'ms',
      baseline,
      baselineName: 'ms for node -e 0',
      target: `<= ${TARGET_RATIO} x`,
      ok: value <= TARGET_RATIO * baseline,
    },
  ];
}

function timed(args) {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}: ${stderr}`);
  return performance.now() - start;
}
