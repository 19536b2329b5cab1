import * as entry from '@vision-sdk/plugin-clip';
import { expect, it } from 'vitest';

it('the public surface', () => {
  expect(Object.keys(entry).sort()).toMatchInlineSnapshot(`
    [
      "ClipTextEmbeddings",
      "clipErrors",
      "default",
    ]
  `);
});
