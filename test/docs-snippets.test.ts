import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CodeBlock, codeBlocks, pages, root } from './markdown.ts';

const folder = join(root, 'test/.snippets');
const blocks = pages()
  .flatMap(codeBlocks)
  .filter(({ language }) => language === 'ts');

const TSCONFIG = {
  extends: '../../tsconfig.base.json',
  compilerOptions: {
    composite: false,
    declaration: false,
    declarationMap: false,
    emitDeclarationOnly: false,
    noEmit: true,
    noUnusedLocals: false,
    paths: { 'vision-plugin-toy': ['../../examples/plugin-toy/src/index.ts'] },
  },
  include: ['*.ts'],
};

describe('the TypeScript in the docs compiles', () => {
  let output = '';

  beforeAll(() => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG));
    for (const [index, block] of blocks.entries()) writeFileSync(join(folder, fileOf(block, index)), `${block.code}\nexport {};\n`);
    output = compile();
  }, 120_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('there are snippets to compile', () => expect(blocks.length).toBeGreaterThan(3));

  for (const [index, block] of blocks.entries()) {
    it(`${block.page}:${block.line}`, () => {
      expect(output.split('\n').filter((line) => line.includes(fileOf(block, index)))).toEqual([]);
    });
  }
});

describe('the diffusion plugin of the guide', () => {
  it('is the one that the example proves', () => {
    const [, ...lines] = readFileSync(join(root, 'examples/publish-a-diffusion-model/plugin.ts'), 'utf8').trimEnd().split('\n');
    expect(blocks.filter(({ page }) => page === 'docs/write-a-plugin.md').map(({ code }) => code.trimEnd())).toContain(lines.join('\n'));
  });
});

function fileOf({ page, line }: CodeBlock, index: number): string {
  return `s${index}-${page.replaceAll(/[^a-z0-9]+/gi, '-')}-${line}.ts`;
}

function compile(): string {
  try {
    execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', folder], { cwd: root, encoding: 'utf8' });
    return '';
  } catch (error) {
    return String((error as { stdout?: string }).stdout);
  }
}
