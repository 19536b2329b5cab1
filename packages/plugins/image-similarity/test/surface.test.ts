import * as entry from '@vision-sdk/plugin-image-similarity';
import { expect, it } from 'vitest';

it('the public surface', () => {
  expect(Object.keys(entry).sort()).toMatchInlineSnapshot(`
    [
      "default",
      "imageSimilarityOptions",
      "readXgboostModel",
      "similarityErrors",
    ]
  `);
});
