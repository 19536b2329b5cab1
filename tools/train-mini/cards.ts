/**
 * Writes what the trials measured into the cards of the models:
 *
 *     npx node tools/train-mini/cards.ts
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** One figure of `evaluation/trials.json`, as `mini/trials` writes it. */
interface Row {
  readonly what: string;
  readonly value: number;
  readonly target: number | null;
  readonly least: boolean;
  readonly verdict: string;
}

/** Rows by the trial's name; null where it was left out. */
export type Results = Readonly<Record<string, readonly Row[] | null>>;

/** The trials of each model, with the rows that are its own where a trial is of several. */
const TRIALS: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  sdxl: { 'text-to-image': /./, 'image-to-image': /./, inpaint: /^(?!by Stable)/, uncrop: /./, speed: /./ },
  'sdxl-b': {},
  sd15: { inpaint: /^by Stable Diffusion 1\.5/ },
  'control-scribble': { scribble: /./ },
  'control-canny': { canny: /./ },
  kandinsky: { kandinsky: /./ },
  clip: { clip: /./ },
};
const MEASURED = /(<!-- measured -->\n)[\s\S]*(<!-- \/measured -->)/;
const CARDS = join(import.meta.dirname, '../../packages/models-mini/models');

/** The names of the models, which have a card each. */
export const MODELS = Object.keys(TRIALS);

/** What the trials say, empty before the first. */
export function readResults(): Results {
  const file = join(import.meta.dirname, 'evaluation/trials.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}

/** The table of a model's card. */
export function measured(model: string, results: Results): string {
  const rows = Object.entries(TRIALS[model]!).flatMap(([trial, own]) =>
    (results[trial] ?? [])
      .filter(({ what }) => own.test(what))
      .map((row) => `| ${trial} | ${row.what} | ${row.value} | ${targetOf(row)} |`),
  );
  if (Object.keys(TRIALS[model]!).length === 0) return '\nNo trial is of this model alone.\n\n';
  if (rows.length === 0) return '\nNot measured yet.\n\n';
  return `\n${['| trial | measure | value | target |', '| --- | --- | --- | --- |', ...rows].join('\n')}\n\n`;
}

function targetOf({ target, least, verdict }: Row): string {
  return target === null ? '' : `${least ? 'at least' : 'at most'} ${target}: ${verdict.toLowerCase()}`;
}

/** Where a model's card is. */
export function cardOf(model: string): string {
  return join(CARDS, model, 'README.md');
}

/** A card with its table as the results have it. */
export function withMeasured(card: string, model: string, results: Results): string {
  return card.replace(MEASURED, (_, begin: string, end: string) => begin + measured(model, results) + end);
}

if (process.argv[1] === import.meta.filename)
  for (const model of MODELS) writeFileSync(cardOf(model), withMeasured(readFileSync(cardOf(model), 'utf8'), model, readResults()));
