import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from './markdown.ts';

/** File, what it imports, and whether ARCHITECTURE's table of rooms forbids it. */
const IMPORTS: readonly (readonly [file: string, specifier: string, verdict: 'refused' | 'fine'])[] = [
  ['packages/core/src/contract', 'zod', 'refused'],
  ['packages/core/src/contract', '@vision-sdk/neuron/wire', 'refused'],
  ['packages/core/src/contract', '../errors.ts', 'refused'],
  ['packages/core/src/contract', '../synapses/index.ts', 'refused'],
  ['packages/core/src/contract', '@standard-schema/spec', 'fine'],
  ['packages/core/src/synapses', '@vision-sdk/neuron/host', 'refused'],
  ['packages/core/src/synapses', '../testing/index.ts', 'refused'],
  ['packages/core/src/synapses', 'zod', 'fine'],
  ['packages/core/src/testing', 'vitest', 'refused'],
  ['packages/core/src/testing/checks', 'node:test', 'refused'],
  ['packages/core/src/testing', '@vision-sdk/neuron/host', 'refused'],
  ['packages/neuron/src', '@vision-sdk/plugin-upscale', 'refused'],
  ['packages/neuron/src/host', '../miner/create-miner.ts', 'refused'],
  ['packages/neuron/src/host', '../validator/dendrite/call.ts', 'refused'],
  ['packages/neuron/src/host', '@vision-sdk/plugin-upscale', 'refused'],
  ['packages/neuron/src/host', 'tsyringe', 'refused'],
  ['packages/neuron/src/host', '../wire/keypair.ts', 'fine'],
  ['packages/neuron/src/host/container.ts', 'tsyringe', 'fine'],
  ['packages/neuron/src/wire', '../host/config.ts', 'refused'],
  ['packages/neuron/src/wire', '@vision-sdk/image', 'refused'],
  ['packages/neuron/src/wire', '@vision-sdk/core', 'fine'],
  ['packages/neuron/src/miner', '../validator/dendrite.ts', 'refused'],
  ['packages/neuron/src/miner', 'tsyringe', 'refused'],
  ['packages/neuron/src/miner', '../host/config.ts', 'fine'],
  ['packages/neuron/src/miner/axon', '../admission.ts', 'refused'],
  ['packages/neuron/src/miner/axon', '../../host/config.ts', 'refused'],
  ['packages/neuron/src/miner/axon', '../../wire/pyrepr.ts', 'fine'],
  ['packages/neuron/src/miner/axon.ts', './admission.ts', 'refused'],
  ['packages/neuron/src/validator', '../miner/axon.ts', 'refused'],
  ['packages/neuron/src/validator', '@vision-sdk/plugin-image-similarity', 'refused'],
  ['packages/neuron/src/validator/selector.ts', './dendrite.ts', 'refused'],
  ['packages/neuron/src/validator/round.ts', './selector.ts', 'refused'],
  ['packages/neuron/src/validator/store.ts', './dendrite/types.ts', 'refused'],
  ['packages/neuron/src/validator/dendrite', '../selector.ts', 'refused'],
  ['packages/neuron/src/validator/gateway', '../selector.ts', 'refused'],
  ['packages/neuron/src/validator/gateway', '../errors.ts', 'fine'],
  ['packages/neuron/src/validator/synthetic', '../dendrite/call.ts', 'refused'],
  ['packages/neuron/src/validator/synthetic', '@vision-sdk/image', 'fine'],
  ['packages/image/src', '@vision-sdk/onnx', 'refused'],
  ['packages/onnx/src', '@vision-sdk/neuron/host', 'refused'],
  ['packages/diffusion/src', '@vision-sdk/neuron', 'refused'],
  ['packages/diffusion/src/schedulers', '@vision-sdk/plugin-upscale', 'refused'],
  ['packages/diffusion/src', '@vision-sdk/image', 'fine'],
  ['packages/models-mini/src', '@vision-sdk/core', 'refused'],
  ['packages/models-mini/src', '@vision-sdk/plugin-sdxl-turbo', 'refused'],
  ['packages/models-mini/src', 'node:url', 'fine'],
  ['packages/plugins/subtensor/src', '@vision-sdk/neuron/wire', 'refused'],
  ['packages/plugins/subtensor/src/writes', '@vision-sdk/plugin-local-chain', 'refused'],
  ['packages/plugins/upscale/src', '../../image-similarity/src/index.ts', 'refused'],
  ['packages/plugins/upscale/src', 'tsyringe', 'refused'],
  ['packages/plugins/upscale/src', '@vision-sdk/onnx', 'fine'],
  ['packages/cli/src/commands', '@vision-sdk/plugin-upscale', 'refused'],
  ['packages/cli/src', '../../neuron/src/host/config.ts', 'refused'],
  ['packages/cli/src', '@vision-sdk/neuron/host', 'fine'],
  ['examples/a-story', '../../packages/core/src/index.ts', 'refused'],
  ['examples/a-story', '../../packages/core/dist/index.js', 'refused'],
  ['examples/a-story', '@vision-sdk/neuron', 'fine'],
];

const fileOf = (place: string, index: number) => (place.endsWith('.ts') ? `case-${index}/${place}` : `${place}/case-${index}.ts`);

/** Biome's configuration with its rooms, for files that lie in `case-N/` too. */
function configuration(): string {
  const { overrides, linter } = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8')) as {
    readonly linter: object;
    readonly overrides: readonly { readonly includes: readonly string[] }[];
  };
  const anywhere = overrides.map((override) => ({ ...override, includes: override.includes.flatMap((glob) => [glob, `case-*/${glob}`]) }));
  return JSON.stringify({ linter: { ...linter, domains: {} }, overrides: anywhere });
}

describe('who may import what, by the linter', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vision-rooms-'));
  let refused = '';

  beforeAll(() => {
    writeFileSync(join(folder, 'biome.json'), configuration());
    for (const [index, [place, specifier]] of IMPORTS.entries()) {
      const file = join(folder, fileOf(place, index));
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, `import { x } from '${specifier}';\n\nexport const y = x;\n`);
    }
    refused = lint(folder);
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(IMPORTS.map(([place, specifier, verdict], index) => [place, specifier, verdict, index] as const))(
    '%s importing %s is %s',
    (place, _specifier, verdict, index) => {
      expect(refused.includes(`${fileOf(place, index)}:`) ? 'refused' : 'fine').toBe(verdict);
    },
  );
});

/** The diagnostics of `noRestrictedImports`, one a file. */
function lint(folder: string): string {
  const biome = join(root, 'node_modules/.bin/biome');
  try {
    return execFileSync(biome, ['lint', '--max-diagnostics=none', '--colors=off', '.'], { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout: string; readonly stderr: string };
    return `${stdout}${stderr}`
      .split('\n')
      .filter((line) => line.includes('lint/style/noRestrictedImports'))
      .join('\n');
  }
}
