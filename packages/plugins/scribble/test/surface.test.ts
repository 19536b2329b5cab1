import { expect, it } from 'vitest';

it('exports the plugin alone', async () => {
  expect(Object.keys(await import('../src/index.ts'))).toMatchInlineSnapshot(`
    [
      "default",
    ]
  `);
});
