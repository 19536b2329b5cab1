import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root, textOf } from './markdown.ts';

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly license?: string;
  readonly files?: readonly string[];
  readonly publishConfig?: { readonly access?: string };
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
}

const read = (file: string) => JSON.parse(textOf(file)) as never;
const published = globSync('packages/{*,plugins/*}/package.json', { cwd: root })
  .map((file) => ({ folder: relative('.', join(file, '..')), manifest: read(file) as Manifest }))
  .filter(({ manifest }) => manifest.private !== true);
const changesets = readdirSync(join(root, '.changeset'))
  .filter((file) => file.endsWith('.md'))
  .map((file) => readFileSync(join(root, '.changeset', file), 'utf8'));
const references = (read('tsconfig.json') as { references: { path: string }[] }).references.map(({ path }) => path);
const documented = (read('docs/typedoc.json') as { entryPoints: string[] }).entryPoints;

/** Source files of a package's entries. */
function entriesOf({ exports }: Manifest): readonly string[] {
  return Object.values(exports).flatMap((entry) => (typeof entry === 'string' ? [] : (entry['@vision-sdk/source'] ?? [])));
}

describe('every published package', () => {
  it('is looked at', () => expect(published.length).toBeGreaterThanOrEqual(14));

  for (const { folder, manifest } of published) {
    describe(manifest.name, () => {
      it('may be published, with its sources and its licence', () => {
        expect(manifest.publishConfig).toEqual({ access: 'public' });
        expect(manifest.license).toBe('MIT');
        expect(manifest.files).toEqual(expect.arrayContaining(['dist', 'src', '!**/*.tsbuildinfo']));
        expect(readFileSync(join(root, folder, 'LICENSE'), 'utf8')).toBe(textOf('LICENSE'));
      });

      it('is built, documented and announced', () => {
        expect(references).toContain(folder);
        const entries = folder === 'packages/cli' ? [] : entriesOf(manifest).map((entry) => `../${join(folder, entry)}`);
        // Entries named `testing` of other packages than core are for this repository's own tests.
        const missing = entries.filter((entry) => !documented.includes(entry) && !/(?<!core\/src)\/testing\//.test(entry));
        expect(missing).toEqual([]);
        const announced = changesets.some((text) => text.includes(`"${manifest.name}":`)) || existsSync(join(root, folder, 'CHANGELOG.md'));
        expect(announced).toBe(true);
      });

      it('has its public surface pinned by a test', () => {
        expect(globSync('test/surface.test.ts', { cwd: join(root, folder) })).toEqual(['test/surface.test.ts']);
      });

      it('is in the table of packages', () => {
        expect(textOf('docs/architecture.md')).toContain(`| \`${manifest.name}\` |`);
      });

      if (folder.startsWith('packages/plugins/'))
        it('is in the list of plugins, with its README', () => {
          expect(textOf('docs/plugins.md')).toContain(`[\`${manifest.name}\`](../${folder}/README.md)`);
        });

      if (hasModels(folder))
        it('says which weights fit and what memory they need', () => {
          const readme = textOf(`${folder}/README.md`);
          expect(readme).toMatch(/^## Weights/m);
          expect(readme).toMatch(/\bmemory\b/i);
          expect(readme).toMatch(/licence|terms/i);
        });
    });
  }
});

/** Whether a plugin declares a model. */
function hasModels(folder: string): boolean {
  if (!folder.startsWith('packages/plugins/')) return false;
  return globSync(`${folder}/src/**/*.ts`, { cwd: root }).some((file) => textOf(file).includes('resources: {'));
}
