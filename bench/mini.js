// How long the small models take: the first picture of a `vision run` that starts from nothing, and a picture from a worker that is warm.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TextToImage } from '@vision-sdk/core/synapses';
import { sdxl } from '@vision-sdk/models-mini';
import { createDispatcher, createLog, createRegistry } from '@vision-sdk/neuron/host';
import sdxlTurbo from '@vision-sdk/plugin-sdxl-turbo';
import { median } from './_median.js';

const bin = fileURLToPath(new URL('../packages/cli/bin/vision.js', import.meta.url));
const PROMPT = 'a red circle on a white background';
const COLD_RUNS = 5;
const PICTURES = 30;
const MOST_COLD_S = 8;
const MOST_WARM_S = 0.5;

/** Medians in seconds. The targets are those of two cores that nothing else uses. */
export async function run() {
  const folder = mkdtempSync(join(tmpdir(), 'vision-bench-'));
  try {
    const cold = median(Array.from({ length: COLD_RUNS }, () => timedCommand(folder)));
    const warm = median(await warmPictures(folder));
    return [
      {
        ...row('first picture of a cold `vision run text-to-image`', cold, MOST_COLD_S),
        baseline: warm,
        baselineName: 's from a warm worker',
      },
      row('text-to-image from a warm worker: SDXL layout, 64x64, 8 steps with guidance', warm, MOST_WARM_S),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function row(name, value, most) {
  return { name, value, unit: 's', target: `<= ${most} s`, ok: value <= most };
}

function timedCommand(folder) {
  const began = performance.now();
  const asked = ['run', 'text-to-image', '--prompt', PROMPT, '--seed', '7', '--out', join(folder, 'circle.png')];
  const { status, stderr } = spawnSync(process.execPath, [bin, ...asked], { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`vision ${asked.join(' ')} ended with ${status}: ${stderr}`);
  return (performance.now() - began) / 1000;
}

async function warmPictures(weightsDirectory) {
  const registry = await createRegistry([sdxlTurbo(sdxl)]);
  const devices = { cpu: { memory: '1GiB', threads: 2 } };
  await using dispatcher = await createDispatcher({ registry, log: createLog({ level: 'warn' }), devices, weightsDirectory });
  const signal = new AbortController().signal;
  const asked = (seed) => TextToImage.request.parse({ text_prompts: [{ text: PROMPT, weight: 1 }], seed });
  const draw = (seed) => dispatcher.run(TextToImage, asked(seed), { signal });
  await draw(1);
  const times = [];
  for (let seed = 2; seed < PICTURES + 2; seed++) {
    const began = performance.now();
    const { image_b64s: images } = await draw(seed);
    if (images?.length !== 1) throw new Error('The worker drew nothing.');
    times.push((performance.now() - began) / 1000);
  }
  return times;
}
