import { encodePngBase64, type Raster } from '@vision-sdk/image';
import { afterAll, describe, expect, it } from 'vitest';
import { apart, BLUE, type Colour, colourAt, drawing, leftmost, RED, share, WHITE } from './look.ts';
import { loadPainter } from './painter.ts';
import { PLUGINS } from './plugins.ts';

const loaded = new Map<string, ReturnType<typeof loadPainter>>();
afterAll(async () => {
  for (const painter of loaded.values()) await (await painter)[Symbol.asyncDispose]();
});

/** Paints with one of the models, which is loaded once. */
async function paint(name: string, synapse: string, request: object): Promise<Raster> {
  const painter = loaded.get(name) ?? loadPainter(PLUGINS[name]!);
  loaded.set(name, painter);
  return (await painter).paint(synapse, request);
}

const words = (text: string) => ({ seed: 7, text_prompts: [{ text }] });
const CIRCLE = words('a red circle on a white background');

function expectNear(colour: Colour, wanted: Colour): void {
  expect(apart(colour, wanted), `${colour.map(Math.round)} is not ${wanted}`).toBeLessThan(90);
}

describe.each([
  ['sdxl', undefined],
  ['sdxlB', undefined],
  ['sd15 from words', 'stable-diffusion-1.5'],
  ['kandinsky', 'kandinsky-2.2'],
])('%s', (name, engine) => {
  it('draws what it is told, 64 pixels, eight steps and a guidance of 2 where a request says nothing of them', async () => {
    const picture = await paint(name, 'TextToImage', { ...CIRCLE, engine });
    expect(picture).toMatchObject({ width: 64, height: 64 });
    expectNear(colourAt(picture, 32, 32), RED);
    expectNear(colourAt(picture, 3, 3), WHITE);
    expect(share(picture, RED)).toBeGreaterThan(0.05);
    expect(share(picture, RED)).toBeLessThan(0.4);
    expect(await paint(name, 'TextToImage', { ...CIRCLE, engine, steps: 8, cfg_scale: 2, width: 64, height: 64 })).toEqual(picture);
  });

  it.each([
    [{ width: 512, height: 512 }, 'in between 64 and 64 (inclusive)'],
    [{ steps: 50 }, 'an integer between 6 and 14 (inclusive)'],
    [{ cfg_scale: 12 }, 'between 1 and 6'],
  ])('refuses %o', async (change, problem) => {
    await expect(paint(name, 'TextToImage', { ...CIRCLE, engine, ...change })).rejects.toThrow(problem);
  });
});

it('two checkpoints of a family draw different pictures of the same words and seed', async () => {
  const [one, other] = [await paint('sdxl', 'TextToImage', CIRCLE), await paint('sdxlB', 'TextToImage', CIRCLE)];
  expect(one.data.filter((byte, i) => Math.abs(byte - other.data[i]!) > 8).length).toBeGreaterThan(100);
});

describe.each([
  ['sdxl', 'stable-diffusion-xl-turbo'],
  ['sd15', 'stable-diffusion-1.5'],
])('%s', (name, engine) => {
  it('paints under a mask', async () => {
    const init_image = await drawing(() => WHITE);
    const mask_image = await drawing((x, y) => (Math.max(Math.abs(x - 31.5), Math.abs(y - 31.5)) < 20 ? WHITE : [0, 0, 0]));
    const picture = await paint(name, 'Inpaint', { ...words('a blue square on a white background'), engine, init_image, mask_image });
    expectNear(colourAt(picture, 32, 32), BLUE);
    expectNear(colourAt(picture, 4, 32), WHITE);
  });
});

it('a picture follows the words where little of it is to be kept, and stays what it is where much is', async () => {
  const init_image = await encodePngBase64(await paint('sdxl', 'TextToImage', CIRCLE));
  const asked = { ...words('a blue circle on a white background'), init_image };
  const middle = async (image_strength: number) => colourAt(await paint('sdxl', 'ImageToImage', { ...asked, image_strength }), 32, 32);
  expectNear(await middle(0.1), BLUE);
  const kept = await middle(0.9);
  expect(apart(kept, RED)).toBeLessThan(apart(kept, BLUE));
});

describe('a drawing', () => {
  const ring =
    (side: 'left' | 'right') =>
    (x: number, y: number): Colour => {
      const distance = Math.hypot(x - (side === 'left' ? 18 : 45), y - 32);
      return distance > 9 && distance < 12 ? [255, 255, 255] : [0, 0, 0];
    };
  const disc =
    (side: 'left' | 'right') =>
    (x: number, y: number): Colour =>
      Math.hypot(x - (side === 'left' ? 18 : 45), y - 32) < 11 ? RED : WHITE;

  it('is followed', async () => {
    const [left, right] = await Promise.all(
      (['left', 'right'] as const).map(async (side) => paint('scribble', 'Scribble', { ...CIRCLE, init_image: await drawing(ring(side)) })),
    );
    expect(leftmost(left!, RED)).toBeLessThan(16);
    expect(leftmost(right!, RED)).toBeGreaterThan(26);
  });

  it('is followed by its edges', async () => {
    const [left, right] = await Promise.all(
      (['left', 'right'] as const).map(async (side) => {
        const controls = [{ type: 'canny', image: await drawing(disc(side)), preprocess: true }];
        return paint('canny', 'ControlledTextToImage', { ...CIRCLE, controls });
      }),
    );
    expect(leftmost(left!, RED)).toBeLessThan(16);
    expect(leftmost(right!, RED)).toBeGreaterThan(26);
  });
});
