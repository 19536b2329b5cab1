import * as entry from '@vision-sdk/plugin-safety';
import { expect, it } from 'vitest';

it('the public surface', () => {
  expect(Object.keys(entry).sort()).toMatchInlineSnapshot(`
    [
      "SafetyCheck",
      "default",
      "safetyErrors",
    ]
  `);
});
