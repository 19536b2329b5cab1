import type { Raster } from '@vision-sdk/image';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Exhibit } from '../src/demo/exhibits.ts';
import { Canvas, type Colour } from '../src/demo/sheet/canvas.ts';
import { contactSheet } from '../src/demo/sheet/contact-sheet.ts';
import { type Letters, loadLetters } from '../src/demo/sheet/letters.ts';

const WHITE: Colour = [255, 255, 255];
const BLACK: Colour = [0, 0, 0];
let letters: Letters;
beforeAll(async () => {
  letters = await loadLetters();
});

function plain(colour: Colour, width = 64, height = 64): Raster {
  return new Canvas(width, height, colour).raster;
}

function pixelsOf({ data }: Raster, [red, green, blue]: Colour): number {
  let count = 0;
  for (let at = 0; at < data.length; at += 3) if (data[at] === red && data[at + 1] === green && data[at + 2] === blue) count++;
  return count;
}

describe('a canvas', () => {
  it('takes pictures at any whole scale and leaves out what lies beyond it', () => {
    const canvas = new Canvas(10, 10, WHITE);
    canvas.paste(plain([9, 8, 7], 2, 2), 1, 1, 3);
    expect(pixelsOf(canvas.raster, [9, 8, 7])).toBe(36);
    canvas.paste(plain([1, 2, 3], 4, 4), 8, -2);
    expect(pixelsOf(canvas.raster, [1, 2, 3])).toBe(4);
  });

  it('mixes colours', () => {
    const canvas = new Canvas(2, 1, WHITE);
    canvas.fill({ x: 0, y: 0, width: 1, height: 1 }, BLACK, 0.5);
    expect([...canvas.raster.data]).toEqual([128, 128, 128, 255, 255, 255]);
  });

  it('draws outlines inside of their rectangle', () => {
    const canvas = new Canvas(6, 6, WHITE);
    canvas.outline({ x: 1, y: 1, width: 4, height: 4 }, BLACK);
    expect(pixelsOf(canvas.raster, BLACK)).toBe(12);
  });
});

describe('letters', () => {
  const ink = (text: string) => {
    const canvas = new Canvas(400, 40, WHITE);
    letters.write(canvas, text, { x: 5, y: 5, style: 'text', colour: BLACK });
    return 400 * 40 - pixelsOf(canvas.raster, WHITE);
  };

  it('are drawn without any font of the machine', () => {
    expect(ink('')).toBe(0);
    expect(ink('a red circle')).toBeGreaterThan(300);
    expect(ink('a red circle')).not.toBe(ink('a red square'));
  });

  it('show something for characters that there are none of', () => expect(ink('☃')).toBe(ink('?')));

  it('are as wide as they say', () => {
    const canvas = new Canvas(400, 60, WHITE);
    const width = letters.measure('Uncrop, wide', 'heading');
    letters.write(canvas, 'Uncrop, wide', { x: 0, y: 0, style: 'heading', colour: BLACK });
    const inked = [...Array(400).keys()].filter((x) => [...Array(60).keys()].some((y) => canvas.raster.data[(y * 400 + x) * 3]! < 128));
    expect(Math.max(...inked)).toBeLessThan(width);
    expect(Math.max(...inked)).toBeGreaterThan(width - 6);
  });

  it('break lines between words', () => {
    const text = 'a small white ring in the upper right corner';
    const lines = letters.wrap(text, 'text', 200);
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.join(' ')).toBe(text);
    for (const line of lines) expect(letters.measure(line, 'text')).toBeLessThanOrEqual(200);
    expect(letters.wrap('incomprehensibilities', 'text', 20)).toEqual(['incomprehensibilities']);
  });
});

describe('a contact sheet', () => {
  const words = (colour: Colour): Exhibit => ({ kind: 'words', operation: 'text-to-image', prompt: 'a plain one', picture: plain(colour) });
  const change = (before: Colour, after: Colour): Exhibit => ({
    ...{ kind: 'change', operation: 'inpaint', prompt: 'another plain one' },
    before: plain(before),
    picture: plain(after),
  });
  const TILE = 192 * 192;

  it('has every picture once, three times as large', () => {
    const colours: Colour[] = Array.from({ length: 20 }, (_, index) => [10 * index, 3, 200]);
    const exhibits: Exhibit[] = [
      ...colours.slice(0, 7).map(words),
      ...[7, 9, 11, 13].map((index) => change(colours[index]!, colours[index + 1]!)),
      {
        ...{ kind: 'likenesses', operation: 'clip-embeddings', picture: plain(colours[15]!) },
        others: colours.slice(16).map((colour) => ({ picture: plain(colour), likeness: 0.5 })),
      },
    ];
    const sheet = contactSheet(exhibits, letters);
    expect(colours.map((colour) => pixelsOf(sheet, colour))).toEqual(colours.map(() => TILE));
  });

  it('has room for pictures of other sizes', () => {
    const odd: Exhibit = {
      kind: 'change',
      operation: 'upscale',
      prompt: '',
      before: plain([1, 2, 3], 48, 48),
      picture: plain([4, 5, 6], 192, 96),
    };
    const sheet = contactSheet([odd], letters);
    expect(pixelsOf(sheet, [1, 2, 3])).toBe(TILE);
    expect(pixelsOf(sheet, [4, 5, 6])).toBe(192 * 96);
  });

  it('is as wide whatever is on it', () => {
    const [few, many] = [
      contactSheet([words([1, 2, 3])], letters),
      contactSheet(
        Array.from({ length: 9 }, () => words([1, 2, 3])),
        letters,
      ),
    ];
    expect(few.width).toBe(many.width);
    expect(few.height).toBeLessThan(many.height);
  });
});
