import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeTinyControlNet, writeTinyStableDiffusion } from '@vision-sdk/diffusion/testing';
import { decodeBase64Image, encodePngBase64, type Raster } from '@vision-sdk/image';
import controlnet from '@vision-sdk/plugin-controlnet';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openShop } from './subnet/small-shop.ts';

const folder = mkdtempSync(join(tmpdir(), 'vision-controlled-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const [model, canny] = [join(folder, 'model'), join(folder, 'canny')];
beforeAll(async () => {
  await writeTinyStableDiffusion(model, { kind: 'sd', residuals: true });
  await writeTinyControlNet(canny, { kind: 'sd' });
});

/** A dark square on light ground. */
function drawing(width: number, height: number): Raster {
  const dark = (x: number, y: number) => x > width / 4 && x < width / 2 && y > height / 4 && y < height / 2;
  const data = Uint8Array.from({ length: width * height }, (_, i) => (dark(i % width, Math.floor(i / width)) ? 20 : 230));
  return { width, height, channels: 1, data };
}

it('a validator sells ControlledTextToImage, and a miner makes the picture of a photograph', { timeout: 120_000 }, async () => {
  await using shop = await openShop(folder, [controlnet({ model, controlnets: { canny } })]);
  const buy = (body: object) => shop.buy('controlled-text-to-image', body);
  const control = { type: 'canny', image: await encodePngBase64(drawing(96, 72)), preprocess: true, guidance_end: 0.8 };
  const sold = await buy({ text_prompts: [{ text: 'a red barn' }], controls: [control] });
  expect([sold.status, sold.detail]).toEqual([200, undefined]);
  expect(await decodeBase64Image(sold.image_b64s![0]!)).toMatchObject({ width: 96, height: 72 });
  const refused = await buy({ controls: [{ ...control, type: 'depth' }] });
  expect(refused.status).toBe(422);
  expect(refused.text).toContain('Maps of depth and pose must be given ready made');
  const unserved = await buy({ controls: [{ ...control, type: 'depth', preprocess: false }] });
  expect(unserved.status).toBe(422);
  expect(unserved.text).toContain('The value must be one of canny');
  expect(shop.miner.hotkey).toMatch(/^5/);
});
