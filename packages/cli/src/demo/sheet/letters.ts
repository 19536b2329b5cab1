import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeImage, type Raster } from '@vision-sdk/image';
import { packageRoot } from '../../package-root.ts';
import type { Canvas, Colour } from './canvas.ts';

/** Sizes and weights that there are letters of. */
export type Style = 'title' | 'heading' | 'text' | 'label';

/** Where a letter lies on the sheet of letters, where it goes from the pen, and how far the pen moves on; in pixels. */
type Letter = readonly [x: number, y: number, width: number, height: number, left: number, top: number, advance: number];

interface Face {
  readonly ascent: number;
  readonly descent: number;
  readonly letters: Readonly<Record<string, Letter>>;
}

/** Stands in for characters that there is no letter of. */
const UNKNOWN = '?';

/** Letters as pictures, made by tools/caption-letters: text is drawn alike on machines with and without fonts. */
export class Letters {
  readonly #picture: Raster;
  readonly #faces: Readonly<Record<Style, Face>>;

  constructor(picture: Raster, faces: Readonly<Record<Style, Face>>) {
    this.#picture = picture;
    this.#faces = faces;
  }

  /** Pixels from one line of text to the next. */
  lineHeight(style: Style): number {
    const { ascent, descent } = this.#faces[style];
    return Math.round((ascent + descent) * 1.15);
  }

  /** Width of a line, pixels. */
  measure(text: string, style: Style): number {
    return [...text].reduce((width, character) => width + this.#letter(character, style)[6], 0);
  }

  /** Breaks text into lines of at most `width` pixels, between words; a word that is longer has a line of its own. */
  wrap(text: string, style: Style, width: number): readonly string[] {
    const lines: string[] = [];
    for (const word of text.split(' ')) {
      const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
      if (lines.length > 0 && this.measure(longer, style) <= width) lines[lines.length - 1] = longer;
      else lines.push(word);
    }
    return lines;
  }

  /** Writes one line; `x` and `y` are its upper left corner. */
  write(
    canvas: Canvas,
    text: string,
    at: { readonly x: number; readonly y: number; readonly style: Style; readonly colour: Colour },
  ): void {
    let pen = at.x;
    for (const character of text) {
      const letter = this.#letter(character, at.style);
      this.#stamp(canvas, letter, { x: pen + letter[4], y: at.y + this.#faces[at.style].ascent + letter[5], colour: at.colour });
      pen += letter[6];
    }
  }

  #letter(character: string, style: Style): Letter {
    const { letters } = this.#faces[style];
    return letters[character] ?? letters[UNKNOWN]!;
  }

  #stamp(canvas: Canvas, letter: Letter, at: { readonly x: number; readonly y: number; readonly colour: Colour }): void {
    const [left, top, width, height] = letter;
    const { data, channels } = this.#picture;
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const share = data[((top + row) * this.#picture.width + left + column) * channels]! / 255;
        if (share > 0) canvas.mix(at.x + column, at.y + row, { colour: at.colour, share });
      }
    }
  }
}

/** Reads the letters that come with this package. */
export async function loadLetters(): Promise<Letters> {
  const assets = join(packageRoot(), 'assets');
  const [picture, faces] = await Promise.all([readFile(join(assets, 'letters.png')), readFile(join(assets, 'letters.json'), 'utf8')]);
  return new Letters(await decodeImage(picture), JSON.parse(faces) as Readonly<Record<Style, Face>>);
}
