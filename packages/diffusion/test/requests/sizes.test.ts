import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { diffusersWeights, nativeSize, pictureSize, STABLE_DIFFUSION_COMPONENTS, visionRanges } from '../../src/index.ts';
import { roundUp } from '../../src/requests/picture-size.ts';
import { writeTinyStableDiffusion } from '../../src/testing/index.ts';
import { goldenJson, hasGoldens } from '../goldens.ts';

const root = mkdtempSync(join(tmpdir(), 'vision-sizes-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;

async function sizeOf(options: Partial<Parameters<typeof writeTinyStableDiffusion>[1]>, spoil?: (folder: string) => void) {
  const folder = await writeTinyStableDiffusion(join(root, `${folders++}`), { kind: 'sdxl', ...options });
  spoil?.(folder);
  const components = STABLE_DIFFUSION_COMPONENTS;
  return nativeSize(diffusersWeights(folder, { components, licence: 'MIT' }));
}

describe('the size that weights were made for', () => {
  it.each([
    [{ sampleSize: 128 }, { side: 1024, latentScale: 8 }],
    [
      { sampleSize: 9, vaeScale: 4 },
      { side: 36, latentScale: 4 },
    ],
    [
      { sampleSize: 16, layout: 'onnx' },
      { side: 128, latentScale: 8 },
    ],
    [
      { sampleSize: 16, without: ['vae_decoder/config.json'] },
      { side: 128, latentScale: 8 },
    ],
    [{ without: ['unet/config.json'] }, undefined],
  ] as const)('%j', async (options, size) => {
    expect(await sizeOf(options)).toEqual(size);
  });

  it('is unknown where the config is no JSON or lists something else', async () => {
    for (const text of ['{', '[]', '{"sample_size": [64, "64"]}', '{"sample_size": 1e9}'])
      expect(await sizeOf({}, (folder) => writeFileSync(join(folder, 'unet/config.json'), text))).toBeUndefined();
  });

  it('is read from a list of height and width', async () => {
    const listed = (folder: string) => writeFileSync(join(folder, 'unet/config.json'), '{"sample_size": [64, 64]}');
    expect(await sizeOf({}, listed)).toEqual({ side: 512, latentScale: 8 });
  });

  it('is unknown on a hub', () => {
    const hub = { repository: 'a/b', revision: 'c', files: ['unet/model.onnx'], bytes: 1 };
    expect(nativeSize(diffusersWeights(hub, { components: [{ name: 'unet' }], licence: 'MIT' }))).toBeUndefined();
  });
});

describe('ranges', () => {
  it.each(['stable-diffusion-xl-turbo', 'kandinsky-2.2', 'stable-diffusion-1.5'] as const)(
    "of %s are Vision's where weights are as large",
    (engine) => {
      const { trained } = { trained: engine === 'stable-diffusion-xl-turbo' ? 1024 : 512 };
      expect(visionRanges(engine, { side: trained, latentScale: 8 })).toEqual(visionRanges(engine));
      expect(visionRanges(engine).side).toEqual({ least: 512, most: 1344, multipleOf: 64 });
      expect(visionRanges(engine).defaultSide).toBe(1024);
    },
  );

  it.each([
    [{ side: 64, latentScale: 8 }, { least: 32, most: 88, multipleOf: 8 }, 64],
    [{ side: 512, latentScale: 8 }, { least: 256, most: 672, multipleOf: 32 }, 512],
    [{ side: 2048, latentScale: 16 }, { least: 1024, most: 2688, multipleOf: 128 }, 2048],
    [{ side: 4, latentScale: 4 }, { least: 4, most: 4, multipleOf: 4 }, 4],
  ])('of SDXL made for %j', (native, side, defaultSide) => {
    expect(visionRanges('stable-diffusion-xl-turbo', native)).toMatchObject({ side, sampledSide: side, defaultSide });
  });
});

describe('the size of a picture', () => {
  const large = { ranges: visionRanges('stable-diffusion-xl-turbo') };
  const small = { ranges: visionRanges('stable-diffusion-xl-turbo', { side: 64, latentScale: 8 }) };

  it.each([
    ['as said', large, { width: 512, height: 1344 }, { width: 512, height: 1344 }],
    ['as said, rounded up', large, { width: 513, height: 1000 }, { width: 576, height: 1024 }],
    ['as nobody said', large, {}, { width: 1024, height: 1024 }],
    ['as only half was said', large, { width: 512, height: null }, { width: 1024, height: 1024 }],
    ['as said of a small model', small, { width: 33, height: 88 }, { width: 40, height: 88 }],
    ['as nobody said of a small model, but the wire', small, { width: 1024, height: 1024 }, { width: 64, height: 64 }],
    ['as nobody said of one side', small, { width: 1024, height: 48 }, { width: 64, height: 48 }],
  ])('%s', (_, rules, asked, size) => {
    expect(pictureSize(asked, rules)).toEqual(size);
  });

  it.each([
    ['rounded up', large, { width: 600, height: 700 }, { width: 640, height: 704 }],
    ['and no larger than the range, its shape kept', large, { width: 2688, height: 1344 }, { width: 1344, height: 704 }],
    ['and no smaller', large, { width: 100, height: 200 }, { width: 512, height: 1024 }],
    ['and within the range however long it is', large, { width: 8000, height: 10 }, { width: 1344, height: 512 }],
    ['fitted to a small model', small, { width: 1024, height: 512 }, { width: 88, height: 48 }],
  ])('of the picture that is given, %s', (_, rules, picture, size) => {
    expect(pictureSize({}, { ...rules, picture })).toEqual(size);
    expect(pictureSize({ width: 512, height: null }, { ...rules, picture })).toEqual(size);
  });

  it('rather as said than of the picture', () => {
    expect(pictureSize({ width: 512, height: 512 }, { ...large, picture: { width: 9, height: 9 } })).toEqual({ width: 512, height: 512 });
  });

  it.skipIf(!hasGoldens('vision'))('rounded up as Vision does (VISION_GOLDENS)', () => {
    const { cases } = goldenJson<{ cases: { x: number; out: number }[] }>('vision/closest_multiple_of_64.json');
    expect(cases.length).toBeGreaterThan(10);
    for (const { x, out } of cases) expect(roundUp(x, 64)).toBe(out);
  });
});
