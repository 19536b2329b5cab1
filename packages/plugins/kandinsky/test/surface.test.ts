import { expect, it } from 'vitest';
import * as entry from '../src/index.ts';

it('exports the plugin and its errors', () => {
  expect(Object.keys(entry).toSorted()).toEqual(['default', 'kandinskyErrors']);
  expect(entry.kandinskyErrors.codes).toEqual(['VISION_KANDINSKY_UNFIT_COMPONENT']);
  expect(entry.default({ model: 'x' }).name).toBe('@vision-sdk/plugin-kandinsky');
});
