import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type PluginFactory, validate } from '@vision-sdk/core';
import { createRegistry, loadConfig, modelsWithoutRoom, resolveConfig, resolvePlugins } from '@vision-sdk/neuron/host';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { codeBlocks, pages, root } from './markdown.ts';

/** Blocks that show what a command or a route answers: page and first key. */
const OUTPUTS: readonly string[] = ['docs/cli.md miners', 'docs/run-a-miner.md ok'];

const blocks = pages()
  .flatMap(codeBlocks)
  .filter(({ language }) => language === 'json' || language === 'yaml')
  .map((block) => ({ ...block, value: parse(block.code) as object }));

const isOutput = ({ page, value }: { readonly page: string; readonly value: object }) =>
  OUTPUTS.includes(`${page} ${Object.keys(value)[0]}`);

interface ExampleConfig {
  readonly plugins: readonly (string | readonly [string, object])[];
}

describe('the configs in the docs are valid', () => {
  it('are some, and every output is still there', () => {
    expect(blocks.filter((block) => !isOutput(block)).length).toBeGreaterThan(3);
    expect(blocks.filter(isOutput)).toHaveLength(OUTPUTS.length);
  });

  it.each(blocks.filter((block) => !isOutput(block)).map((block) => [`${block.page}:${block.line}`, block.value] as const))(
    '%s',
    (_at, value) => {
      expect(() => resolveConfig(value)).not.toThrow();
    },
  );

  const examples = readdirSync(join(root, 'examples/configs')).filter((file) => file.endsWith('.json'));
  const pluginsIn = (file: string) => (JSON.parse(readFileSync(join(root, 'examples/configs', file), 'utf8')) as ExampleConfig).plugins;

  it.each(examples.flatMap((file) => pluginsIn(file).map((entry) => [file, ...[entry].flat()] as const)))(
    '%s: %s takes its options',
    async (_file, name, options) => {
      const { default: plugin } = (await import(name as string)) as { readonly default: PluginFactory };
      expect(await validate(plugin().options, options ?? {})).toMatchObject({ ok: true });
    },
  );

  it.each(examples)('%s: places and pins models that its plugins have, and each has room', async (file) => {
    const { config, folder } = await loadConfig({ file: join(root, 'examples/configs', file) });
    const registry = await createRegistry(await resolvePlugins(config, folder));
    expect(modelsWithoutRoom({ ...config, registry })).toEqual([]);
    expect(config.filters.filter((id) => !registry.filters.has(id))).toEqual([]);
  });

  it('and so is the one that the packed proof uses', () => {
    const text = readFileSync(join(root, 'tools/packed/vision.config.json'), 'utf8');
    expect(() => resolveConfig(JSON.parse(text))).not.toThrow();
  });
});
