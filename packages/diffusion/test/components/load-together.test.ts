import { expect, it } from 'vitest';
import { loadTogether } from '../../src/components/load-together.ts';

const part = (name: string, freed: string[]) => ({ [Symbol.asyncDispose]: async () => void freed.push(name) });

it('frees what is loaded already where a later part fails, the last one first', async () => {
  const freed: string[] = [];
  const loading = loadTogether(async (keep) => {
    keep(part('first', freed));
    keep(part('second', freed));
    throw new Error('no third');
  });
  await expect(loading).rejects.toThrow('no third');
  expect(freed).toEqual(['second', 'first']);
});

it('leaves what it returns to be freed once', async () => {
  const freed: string[] = [];
  const loaded = await loadTogether(async (keep, dispose) => {
    keep(part('only', freed));
    return { dispose };
  });
  expect(freed).toEqual([]);
  await loaded.dispose();
  await loaded.dispose();
  expect(freed).toEqual(['only']);
});
