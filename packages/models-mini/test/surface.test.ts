import * as miniModels from '@vision-sdk/models-mini';
import { describe, expect, it } from 'vitest';

describe('the public surface of models-mini', () => {
  it('is what users import', () => {
    expect(Object.keys(miniModels).sort()).toMatchInlineSnapshot(`
      [
        "canny",
        "clip",
        "kandinsky",
        "scribble",
        "sd15",
        "sdxl",
        "sdxlB",
      ]
    `);
  });
});
