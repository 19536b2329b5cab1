import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { FolderWeights } from '@vision-sdk/core';
import { describe, expect, it } from 'vitest';
import { modelsOf } from './painter.ts';
import { PLUGINS } from './plugins.ts';

const ROOT = resolve(import.meta.dirname, '..');
const MODELS = join(ROOT, 'models');
const MOST_BYTES = 40e6;

const present = readdirSync(MODELS, { recursive: true, encoding: 'utf8' })
  .map((file) => join(MODELS, file))
  .filter((file) => statSync(file).isFile());
const contributed = (await Promise.all(Object.values(PLUGINS).map(modelsOf))).flat();
const sources = contributed.flatMap(({ weights }) => weights as readonly FolderWeights[]);

describe('the models', () => {
  it('are all that the plugins need, cards, and configs that belong to a layout', () => {
    const needed = new Set(sources.flatMap(({ folder, files }) => files.map((file) => join(folder, file))));
    expect([...needed].filter((file) => !present.includes(file))).toEqual([]);
    const unneeded = present.filter((file) => !needed.has(file)).map((file) => file.slice(MODELS.length + 1));
    expect(unneeded.filter((file) => !/^[a-z0-9-]+\/(README\.md|config\.json|preprocessor_config\.json)$/.test(file))).toEqual([]);
  });

  it('take 40 MB at most', () => {
    expect(present.reduce((sum, file) => sum + statSync(file).size, 0)).toBeLessThanOrEqual(MOST_BYTES);
  });

  it('are no two times the same file of weights, but for decoders and encoders that belong to a layout', () => {
    const graphs = present.filter((file) => file.endsWith('.onnx'));
    const networks = graphs.filter((file) => !/(vae|movq)_(en|de)coder/.test(file)).map((file) => readFileSync(file, 'base64'));
    expect(new Set(networks).size).toBe(networks.length);
  });

  it('declare the licence of the weights', () => {
    expect(new Set(sources.map(({ licence }) => licence))).toEqual(new Set(['MIT']));
  });
});

it('a tarball has the models and nothing of the tests', () => {
  const packed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts', '--loglevel=error'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const [{ files }] = Object.values(JSON.parse(packed)) as [{ files: { path: string }[] }];
  const paths = files.map(({ path }) => path);
  expect(paths).toEqual(expect.arrayContaining(present.map((file) => file.slice(ROOT.length + 1))));
  expect(paths.filter((path) => !/^(dist|src|models)\/|^(package\.json|README\.md|LICENSE)$/.test(path))).toEqual([]);
});
