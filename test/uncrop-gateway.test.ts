import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from '@vision-sdk/core';
import { writeTinyStableDiffusion } from '@vision-sdk/diffusion/testing';
import { decodeBase64Image, encodePngBase64, type Raster } from '@vision-sdk/image';
import inpaint from '@vision-sdk/plugin-inpaint';
import { afterAll, expect, it } from 'vitest';
import { openShop } from './subnet/small-shop.ts';

const folder = mkdtempSync(join(tmpdir(), 'vision-uncrop-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function picture(width: number, height: number): Raster {
  const random = createRandom(1);
  return { width, height, channels: 3, data: Uint8Array.from({ length: width * height * 3 }, () => random() * 256) };
}

/** Rows of a picture from `left` on. */
function rows({ width, data }: Raster, left: number, count: number): Buffer[] {
  return Array.from({ length: count }, (_, y) => Buffer.from(data.subarray((y * width + left) * 3, (y + 1) * width * 3)));
}

it('a validator sells Inpaint and Uncrop, whose every field is signed, and the old pixels stay', { timeout: 120_000 }, async () => {
  const model = await writeTinyStableDiffusion(join(folder, 'model'), { kind: 'sd', inChannels: 9 });
  await using shop = await openShop(folder, [inpaint({ model, keepRest: true })]);
  const given = picture(90, 70);
  const [init_image, mask_image] = [await encodePngBase64(given), await encodePngBase64(picture(45, 35))];

  const uncropped = await shop.buy('uncrop', {
    init_image,
    pad_left: 21,
    cfg_scale: 3,
    text_prompts: [{ text: 'a meadow \u{1f33b}', weight: 1 }],
  });
  expect([uncropped.status, uncropped.detail]).toEqual([200, undefined]);
  const wide = await decodeBase64Image(uncropped.image_b64s![0]!);
  expect(wide).toMatchObject({ width: 111, height: 70 });
  expect(rows(wide, 21, 70)).toEqual(rows(given, 0, 70));

  const repaired = await shop.buy('inpaint', { init_image, mask_image, text_prompts: [{ text: 'a cat' }], steps: 20 });
  expect([repaired.status, repaired.detail]).toEqual([200, undefined]);
  expect(await decodeBase64Image(repaired.image_b64s![0]!)).toMatchObject({ width: 90, height: 70 });

  const refused = await shop.buy('uncrop', { init_image, pad_left: 2048, aspect_ratio: 1 });
  expect([refused.status, refused.text]).toEqual([422, expect.stringContaining('The result would have 2138 x 2138 pixels')]);
});
