import type { Raster } from '@vision-sdk/image';
import type { ChangedPicture, Exhibit, Likenesses, PictureOfWords } from '../exhibits.ts';
import { Canvas, type Colour, type Rectangle } from './canvas.ts';
import type { Letters, Style } from './letters.ts';

/** Side of a picture on the sheet: three pixels for each of the small models'. */
const TILE = 192;
const PADDING = 20;
const GAP = 20;
const MARGIN = 36;
/** Between what was given and what came of it. */
const BETWEEN = 44;
const CARD_OF_TWO = 2 * TILE + BETWEEN + 2 * PADDING;
const COLUMNS_OF_TWO = 3;
const INNER_WIDTH = COLUMNS_OF_TWO * CARD_OF_TWO + (COLUMNS_OF_TWO - 1) * GAP;
const MOST_WORDS_IN_A_ROW = 5;
const HEADER = 96;

const PAGE: Colour = [244, 246, 249];
const CARD: Colour = [255, 255, 255];
const LINE: Colour = [221, 225, 231];
const STRONG: Colour = [17, 24, 39];
const PLAIN: Colour = [55, 65, 81];
const FAINT: Colour = [107, 114, 128];
const ACCENT: Colour = [37, 99, 235];

/** A card before it has a place: how wide and high it must be, and how it is drawn. */
interface Card {
  readonly width: number;
  readonly height: number;
  draw(canvas: Canvas, place: Rectangle): void;
}

/** One picture with everything that users got: what was asked for, what was given, what came of it. */
export function contactSheet(exhibits: readonly Exhibit[], letters: Letters): Raster {
  const rows = rowsOf(exhibits, letters);
  const height = HEADER + MARGIN + rows.reduce((sum, row) => sum + heightOf(row) + GAP, 0) - GAP + MARGIN;
  const canvas = new Canvas(INNER_WIDTH + 2 * MARGIN, height, PAGE);
  drawHeader(canvas, letters);
  let y = MARGIN + HEADER;
  for (const row of rows) {
    drawRow(canvas, row, y);
    y += heightOf(row) + GAP;
  }
  return canvas.raster;
}

function rowsOf(exhibits: readonly Exhibit[], letters: Letters): readonly (readonly Card[])[] {
  const of = <K extends Exhibit['kind']>(kind: K) => exhibits.filter((one): one is Extract<Exhibit, { kind: K }> => one.kind === kind);
  const words = inRows(of('words'), MOST_WORDS_IN_A_ROW).map((row) => {
    const widths = widthsOf(row.length);
    return row.map((one, index) => wordsCard(one, widths[index]!, letters));
  });
  const changes = inRows(of('change'), COLUMNS_OF_TWO).map((row) => row.map((one) => changeCard(one, letters)));
  const likenesses = of('likenesses').map((one) => [likenessesCard(one, letters)]);
  return [...words, ...changes, ...likenesses];
}

function inRows<T>(items: readonly T[], most: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / most) }, (_, row) => items.slice(row * most, (row + 1) * most));
}

/** Widths of `count` cards that fill a row; a card of words is never wider than one of two pictures. */
function widthsOf(count: number): readonly number[] {
  const room = INNER_WIDTH - (count - 1) * GAP;
  const edge = (index: number) => Math.round((room * index) / count);
  return Array.from({ length: count }, (_, index) => Math.min(CARD_OF_TWO, edge(index + 1) - edge(index)));
}

function heightOf(row: readonly Card[]): number {
  return Math.max(...row.map(({ height }) => height));
}

function drawHeader(canvas: Canvas, letters: Letters): void {
  const at = (y: number, style: Style, colour: Colour) => ({ x: MARGIN, y, style, colour });
  letters.write(canvas, 'What users asked for, and what miners made', at(MARGIN, 'title', STRONG));
  const line = 'Ordered at the gateway of the demo’s validator, made by miners on this machine’s processor.';
  letters.write(canvas, line, at(MARGIN + 48, 'text', FAINT));
}

function drawRow(canvas: Canvas, row: readonly Card[], y: number): void {
  const height = heightOf(row);
  let x = MARGIN;
  for (const card of row) {
    const place = { x, y, width: card.width, height };
    canvas.fill(place, CARD);
    canvas.outline(place, LINE);
    card.draw(canvas, place);
    x += card.width + GAP;
  }
}

function wordsCard({ operation, prompt, picture }: PictureOfWords, width: number, letters: Letters): Card {
  const text = paragraph(prompt, width - 2 * PADDING, letters);
  const top = headingHeight(letters);
  return {
    width,
    height: PADDING + top + TILE + text.height + PADDING,
    draw: (canvas, { x, y }) => {
      writeHeading(canvas, operation, x + PADDING, y + PADDING, letters);
      drawTile(canvas, picture, x + PADDING, y + PADDING + top);
      text.write(canvas, x + PADDING, y + PADDING + top + TILE);
    },
  };
}

function changeCard({ operation, prompt, before, picture }: ChangedPicture, letters: Letters): Card {
  const text = paragraph(prompt, CARD_OF_TWO - 2 * PADDING, letters);
  const top = headingHeight(letters);
  return {
    width: CARD_OF_TWO,
    height: PADDING + top + TILE + text.height + PADDING,
    draw: (canvas, { x, y }) => {
      writeHeading(canvas, operation, x + PADDING, y + PADDING, letters);
      drawTile(canvas, before, x + PADDING, y + PADDING + top);
      drawArrow(canvas, x + PADDING + TILE + BETWEEN / 2, y + PADDING + top + TILE / 2);
      drawTile(canvas, picture, x + PADDING + TILE + BETWEEN, y + PADDING + top);
      text.write(canvas, x + PADDING, y + PADDING + top + TILE);
    },
  };
}

function likenessesCard({ operation, picture, others }: Likenesses, letters: Letters): Card {
  const top = headingHeight(letters);
  const below = letters.lineHeight('text') + 10;
  return {
    width: INNER_WIDTH,
    height: PADDING + top + TILE + below + PADDING,
    draw: (canvas, { x, y }) => {
      const [left, tiles] = [x + PADDING, y + PADDING + top];
      writeHeading(canvas, operation, left, y + PADDING, letters);
      drawTile(canvas, picture, left, tiles);
      letters.write(canvas, 'is like …', { x: left, y: tiles + TILE + 10, style: 'text', colour: PLAIN });
      const step = (INNER_WIDTH - 2 * PADDING - TILE) / others.length;
      others.forEach((other, index) => {
        const right = Math.round(left + TILE + step * (index + 1) - TILE);
        drawTile(canvas, other.picture, right, tiles);
        letters.write(canvas, other.likeness.toFixed(2), { x: right, y: tiles + TILE + 10, style: 'text', colour: PLAIN });
      });
    },
  };
}

function headingHeight(letters: Letters): number {
  return letters.lineHeight('heading') + 8;
}

function writeHeading(canvas: Canvas, operation: string, x: number, y: number, letters: Letters): void {
  letters.write(canvas, operation, { x, y, style: 'heading', colour: ACCENT });
}

/** A text in lines, with room above it. */
function paragraph(text: string, width: number, letters: Letters) {
  const lines = letters.wrap(text, 'text', width);
  const lineHeight = letters.lineHeight('text');
  return {
    height: 10 + lines.length * lineHeight,
    write: (canvas: Canvas, x: number, y: number) => {
      lines.forEach((line, index) => {
        letters.write(canvas, line, { x, y: y + 10 + index * lineHeight, style: 'text', colour: PLAIN });
      });
    },
  };
}

/** A picture in the middle of a tile, its pixels as large as the tile allows. */
function drawTile(canvas: Canvas, picture: Raster, x: number, y: number): void {
  const scale = Math.max(1, Math.floor(TILE / Math.max(picture.width, picture.height)));
  const [width, height] = [picture.width * scale, picture.height * scale];
  const [left, top] = [x + Math.floor((TILE - width) / 2), y + Math.floor((TILE - height) / 2)];
  canvas.paste(picture, left, top, scale);
  canvas.outline({ x: left - 1, y: top - 1, width: width + 2, height: height + 2 }, LINE);
}

/** A triangle that points to the right. */
function drawArrow(canvas: Canvas, x: number, y: number): void {
  const size = 9;
  for (let column = -size; column < size; column++) {
    const half = (size - column) / 2;
    for (let row = -size; row <= size; row++) {
      const share = Math.min(1, Math.max(0, half - Math.abs(row) + 0.5));
      canvas.mix(x + column, y + row, { colour: FAINT, share });
    }
  }
}
