import * as entry from '@vision-sdk/plugin-sota';
import { expect, it } from 'vitest';

it('the public surface', () => {
  expect(Object.keys(entry).sort()).toMatchInlineSnapshot(`
    [
      "default",
      "sotaErrors",
    ]
  `);
});
