/**
 * Has the product answer the requests of a trial: the middle part of `python -m mini.trials`, which writes the requests and judges the answers.
 *
 *     npx node --conditions=@vision-sdk/source tools/train-mini/trials/run.ts --out ANSWERS [--models MODELS]
 *
 * ANSWERS, or each folder in it, holds a `requests.json` for one operation of one model. Pictures are written beside it as 000.png and so on, other
 * answers as 000.json, and how long each took as times.json. Where a model's folder is missing, that is said, and there are no answers.
 */
import { existsSync, readFileSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { type AnySynapse, silentLog } from '@vision-sdk/core';
import { createDispatcher, createRegistry, type Dispatcher, type Registry } from '@vision-sdk/neuron/host';
import { candidateOf, MODELS } from './plugins.ts';

/** What a requests.json holds. Where a request has a picture, there is `{ file }`. */
interface Trial {
  readonly model: string;
  readonly synapse: string;
  readonly requests: readonly object[];
}

const { values } = parseArgs({ options: { out: { type: 'string' }, models: { type: 'string' } } });
if (values.out === undefined) throw new Error('name the folder with the requests: --out ANSWERS');
const models = values.models ?? MODELS;
for (const name of ['', ...(await readdir(values.out))]) {
  const folder = join(values.out, name);
  if (existsSync(join(folder, 'requests.json'))) await answerTrial(`${basename(values.out)} ${name}`.trim(), folder);
}

async function answerTrial(name: string, folder: string): Promise<void> {
  const trial = readTrial(folder);
  const { paths, load } = candidateOf(trial.model, models);
  const missing = paths.filter((path) => !existsSync(path));
  if (missing.length > 0) return console.log(`${name}: left out, there is no ${missing.join(' and no ')}`);
  const registry = await createRegistry([await load()]);
  await using dispatcher = await createDispatcher({ registry, log: silentLog, devices: { cpu: { memory: '8GiB', threads: 2 } } });
  const times = await answerAll(trial, folder, { dispatcher, synapse: synapseOf(registry, trial.synapse) });
  await writeFile(join(folder, 'times.json'), JSON.stringify({ milliseconds: times }));
  console.log(`${name}: ${times.length} answers, ${median(times).toFixed(0)} ms each (median)`);
}

function readTrial(folder: string): Trial {
  const picture = (_: string, value: { readonly file?: string } | null) =>
    typeof value?.file === 'string' ? readFileSync(join(folder, value.file)).toString('base64') : value;
  return JSON.parse(readFileSync(join(folder, 'requests.json'), 'utf8'), picture) as Trial;
}

function synapseOf(registry: Registry, name: string): AnySynapse {
  const found = [...registry.synapses.values()].find((synapse) => synapse.name === name);
  if (found === undefined) throw new Error(`no model serves ${name}`);
  return found;
}

interface Server {
  readonly dispatcher: Dispatcher;
  readonly synapse: AnySynapse;
}

/** One after the other; the first one loads the model and is not counted in the times. */
async function answerAll({ model, requests }: Trial, folder: string, { dispatcher, synapse }: Server): Promise<number[]> {
  const { signal } = new AbortController();
  const times: number[] = [];
  for (const [i, request] of requests.entries()) {
    const began = performance.now();
    const answer = (await dispatcher.run(synapse, request, { signal, model })) as { readonly image_b64s?: readonly string[] | null };
    if (i > 0) times.push(performance.now() - began);
    const file = join(folder, String(i).padStart(3, '0'));
    if (answer.image_b64s?.[0] === undefined) await writeFile(`${file}.json`, JSON.stringify(answer));
    else await writeFile(`${file}.png`, Buffer.from(answer.image_b64s[0], 'base64'));
  }
  return times;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}
