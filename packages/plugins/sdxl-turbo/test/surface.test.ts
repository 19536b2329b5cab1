import * as entry from '@vision-sdk/plugin-sdxl-turbo';
import { expect, it } from 'vitest';

it('the public surface', () => {
  expect(Object.keys(entry).sort()).toMatchInlineSnapshot(`
    [
      "default",
    ]
  `);
});
