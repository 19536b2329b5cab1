import * as entry from '@vision-sdk/plugin-segment';
import { expect, it } from 'vitest';

it('the public surface', () => {
  expect(Object.keys(entry).sort()).toMatchInlineSnapshot(`
    [
      "decodeRuns",
      "default",
      "encodeMasks",
      "encodeRuns",
      "segmentErrors",
    ]
  `);
});
