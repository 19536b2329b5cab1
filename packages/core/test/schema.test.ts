import { describe, expect, it } from 'vitest';
import { formatIssues } from '../src/index.ts';

describe('what is wrong with a value, in one line for the middle of a sentence', () => {
  it.each([
    [
      'names the paths',
      [
        { path: 'steps', message: 'too many' },
        { path: '', message: 'no object' },
      ],
      'steps: too many; no object',
    ],
    ['leaves out the full stops that schemas put', [{ path: 'image', message: 'It has 9 pixels.' }], 'image: It has 9 pixels'],
    ['keeps points inside', [{ path: '', message: 'at most 0.5 of it' }], 'at most 0.5 of it'],
  ])('%s', (_, issues, text) => expect(formatIssues(issues)).toBe(text));

  it('counts what it leaves out', () => {
    const issues = Array.from({ length: 100 }, (_, i) => ({ path: `a.${i}`, message: 'bad' }));
    const [, shown = '', left] = /^(.*); and (\d+) more$/.exec(formatIssues(issues)) ?? [];
    expect(shown.split('; ').length + Number(left)).toBe(100);
  });
});
