import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeImage, encodePng, type RgbRaster } from '@vision-sdk/image';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultPlugins } from '../src/default-plugins.ts';
import { ExitCode } from '../src/index.ts';
import { ending, spawnVision, temporaryFolder, vision } from './vision-command.ts';

const PHOTO = join(import.meta.dirname, '../assets/astronaut.jpg');
const installed = new Set(defaultPlugins().map(([name]) => name.replace('@vision-sdk/plugin-', '')));
const RED_CIRCLE = 'a red circle on a white background';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const at = (name: string) => join(folder.path, name);
const pictureIn = async (name: string) => decodeImage(await readFile(at(name)));

beforeAll(async () => {
  folder = await temporaryFolder();
  await writeFile(at('mask.png'), await encodePng(square(96)));
  await writeFile(at('drawing.png'), await encodePng(square(640, 480)));
});
afterAll(() => folder[Symbol.asyncDispose]());

/** Black, with a white square in the middle that is half as wide. */
function square(width: number, height = width): RgbRaster {
  const data = new Uint8Array(width * height * 3);
  const inside = (value: number, length: number) => Math.abs(value - length / 2) < width / 4;
  for (let i = 0; i < width * height; i++)
    if (inside(i % width, width) && inside(Math.floor(i / width), height)) data.fill(255, i * 3, i * 3 + 3);
  return { width, height, channels: 3, data };
}

/** Mean colour of a square of 8 pixels. */
function colourAt({ data, width }: RgbRaster, left: number, top: number): readonly number[] {
  const sums = [0, 0, 0];
  for (let y = top; y < top + 8; y++)
    for (let x = left; x < left + 8; x++) for (const c of [0, 1, 2]) sums[c]! += data[(y * width + x) * 3 + c]!;
  return sums.map((sum) => sum / 64);
}

describe.skipIf(!installed.has('sdxl-turbo'))(
  'vision run without a config (skipped where the weights of mini-sdxl are not installed)',
  () => {
    it('draws a red circle on white in an empty folder', { timeout: 60_000 }, async () => {
      const ran = await ending(
        spawnVision(['run', 'text-to-image', '--prompt', RED_CIRCLE, '--seed', '7', '--out', 'circle.png'], folder.path),
      );
      expect(ran).toMatchObject({ code: ExitCode.ok, stdout: expect.stringMatching(/^circle\.png \(\d+\.\d+ s\)\n$/), stderr: '' });
      const picture = await pictureIn('circle.png');
      expect([picture.width, picture.height]).toEqual([64, 64]);
      const [red, green, blue] = colourAt(picture, 28, 28);
      expect([red! > 180, green! < 80, blue! < 80]).toEqual([true, true, true]);
      expect(Math.min(...colourAt(picture, 0, 0), ...colourAt(picture, 56, 56))).toBeGreaterThan(200);
    });

    it('draws the same picture from the same seed, and says what it does not know', { timeout: 60_000 }, async () => {
      const draw = (out: string) => vision('run', 'text-to-image', '--prompt', 'a cat', '--seed', '1', '--out', at(out));
      expect(await draw('cat-1.png')).toMatchObject({
        code: ExitCode.ok,
        stderr: expect.stringMatching(/^mini-sdxl .* knows no "cat".*\n$/),
      });
      await draw('cat-2.png');
      expect(await readFile(at('cat-2.png'))).toEqual(await readFile(at('cat-1.png')));
    });

    it('says in JSON which model it was and what was done to the picture', { timeout: 60_000 }, async () => {
      const args = ['--image', PHOTO, '--prompt', 'a red star', '--seed', '3', '--out', at('star.png'), '--json'];
      const { code, stdout, stderr } = await vision('run', 'image-to-image', ...args);
      expect({ code, stderr }).toEqual({ code: ExitCode.ok, stderr: '' });
      const notes = ['mini-sdxl works at 64x64 pixels: the picture of 512x512 was made smaller.'];
      expect(JSON.parse(stdout)).toMatchObject({ synapse: 'ImageToImage', model: 'mini-sdxl', notes, files: [at('star.png')] });
      expect(await pictureIn('star.png')).toMatchObject({ width: 64, height: 64 });
    });

    it('repaints a photograph under the mask alone', { timeout: 60_000 }, async () => {
      const args = ['--image', PHOTO, '--mask', at('mask.png'), '--prompt', 'a red square', '--seed', '1', '--out', at('repainted.png')];
      expect(await vision('run', 'inpaint', ...args)).toMatchObject({ code: ExitCode.ok, stderr: '' });
      const [before, after] = [await decodeImage(await readFile(PHOTO)), await pictureIn('repainted.png')];
      expect([after.width, after.height]).toEqual([512, 512]);
      expect(after.data.subarray(0, 512 * 100 * 3)).toEqual(before.data.subarray(0, 512 * 100 * 3));
      expect(colourAt(after, 250, 250)).not.toEqual(colourAt(before, 250, 250));
    });

    it('draws around a photograph', { timeout: 60_000 }, async () => {
      const args = ['--image', PHOTO, '--param', 'pad_left=64', '--prompt', 'a blue background', '--seed', '1', '--out', at('wide.png')];
      expect(await vision('run', 'uncrop', ...args)).toMatchObject({ code: ExitCode.ok });
      expect(await pictureIn('wide.png')).toMatchObject({ width: 576, height: 512 });
    });

    it.each([
      ['text-to-image', [], 'TextToImage needs --prompt.'],
      ['inpaint', ['--prompt', 'x'], 'Inpaint needs --image.'],
      ['inpaint', ['--image', PHOTO, '--prompt', 'x'], 'Inpaint needs --mask.'],
      ['text-to-image', ['--prompt', 'x', '--width', '512'], 'The value should be in between 64 and 64'],
      ['text-to-image', ['--prompt', 'x', '--model', 'dall-e'], '--model cannot be "dall-e"'],
    ])('refuses %s %j with 2', async (operation, args, message) => {
      expect(await vision('run', operation, ...args)).toMatchObject({ code: ExitCode.usage, stderr: expect.stringContaining(message) });
    });
  },
);

/** What the other small models draw is judged by the trial scripts of `tools/train-mini`; here, that each is found and answers. */
describe('vision run without a config, by the other default plugins (skipped where their weights are not installed)', () => {
  it.skipIf(!installed.has('kandinsky')).each(['text-to-image', 'image-to-image', 'inpaint', 'uncrop'])(
    'runs %s by mini-kandinsky',
    { timeout: 60_000 },
    async (operation) => {
      const image = operation === 'text-to-image' ? [] : ['--image', PHOTO];
      const more = operation === 'inpaint' ? ['--mask', at('mask.png')] : [];
      const args = [...image, ...more, '--model', 'mini-kandinsky', '--prompt', RED_CIRCLE, '--seed', '1', '--out', at('k.png'), '--json'];
      const { code, stdout, stderr } = await vision('run', operation, ...args);
      expect(code, stderr).toBe(ExitCode.ok);
      expect(JSON.parse(stdout)).toMatchObject({ model: 'mini-kandinsky' });
      const sizes: Readonly<Record<string, number>> = { inpaint: 512, uncrop: 512 + 2 * 56 };
      expect((await pictureIn('k.png')).width).toBe(sizes[operation] ?? 64);
    },
  );

  it.skipIf(!installed.has('scribble'))('runs scribble with a drawing of any size', { timeout: 60_000 }, async () => {
    const ran = await vision('run', 'scribble', '--image', at('drawing.png'), '--prompt', 'a red square', '--out', at('scribble.png'));
    expect(ran).toMatchObject({ code: ExitCode.ok, stderr: expect.stringContaining('the picture of 640x480 was made smaller, cut') });
    expect(await pictureIn('scribble.png')).toMatchObject({ width: 64, height: 64 });
  });

  it.skipIf(!installed.has('controlnet'))('runs controlled-text-to-image with the edges of a photograph', { timeout: 60_000 }, async () => {
    const ran = await vision('run', 'controlled-text-to-image', '--image', PHOTO, '--prompt', RED_CIRCLE, '--out', at('canny.png'));
    expect(ran).toMatchObject({ code: ExitCode.ok });
    expect(await pictureIn('canny.png')).toMatchObject({ width: 64, height: 64 });
  });

  it.skipIf(!installed.has('clip'))('runs clip-embeddings', { timeout: 60_000 }, async () => {
    const { code, stdout } = await vision('run', 'clip-embeddings', '--image', PHOTO);
    expect(code).toBe(ExitCode.ok);
    expect(JSON.parse(stdout).image_embeddings[0]).toHaveLength(128);
  });

  it('runs upscale', { timeout: 60_000 }, async () => {
    expect(await vision('run', 'upscale', '--image', at('mask.png'), '--out', at('large.png'))).toMatchObject({ code: ExitCode.ok });
    expect(await pictureIn('large.png')).toMatchObject({ width: 192, height: 192 });
  });
});

it('the default plugins are known to the other commands', async () => {
  const listed = JSON.parse((await vision('plugins', 'list', '--json')).stdout) as readonly { readonly name: string }[];
  expect(listed.map(({ name }) => name)).toEqual(defaultPlugins().map(([name]) => name));
  expect(listed.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['local-chain', 'upscale', 'image-similarity'].map((name) => `@vision-sdk/plugin-${name}`)),
  );
  const checked = JSON.parse((await vision('doctor', '--json')).stdout) as { readonly findings: readonly { readonly subject: string }[] };
  expect(checked.findings.map(({ subject }) => subject)).toContain('weights of vision-x2');
});
