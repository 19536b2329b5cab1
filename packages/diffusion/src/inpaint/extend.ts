import { type Raster, resize } from '@vision-sdk/image';
import type { Canvas } from './canvas.ts';
import { EdgeLines, outside } from './edge-lines.ts';
import { blank, cut, paste } from './rasters.ts';

type Rgb = Raster & { readonly channels: 3 };

/** A canvas ready for inpainting. */
export interface Extended {
  readonly image: Rgb;
  /** White where pixels are new. */
  readonly mask: Raster & { readonly channels: 1 };
}

/**
 * The picture on its canvas, and the mask of what is new. New pixels continue the picture's edge, the softer the farther away: whatever sees them finds the
 * colours of the picture.
 */
export function extendCanvas(picture: Rgb, canvas: Canvas): Extended {
  const image = blank(canvas.width, canvas.height, 3);
  const mask = blank(canvas.width, canvas.height, 1);
  mask.data.fill(255);
  const edge = new EdgeLines(picture, (x, y, channel) => picture.data[(y * picture.width + x) * 3 + channel]!);
  forNewPixels(canvas, (x, y, at) => edge.beyond(x, y, (channel, value) => (image.data[at + channel] = Math.round(value))));
  return { image: paste(image, picture, canvas.picture), mask: paste(mask, blank(picture.width, picture.height, 1), canvas.picture) };
}

/** Pixels inwards, and neighbours along the edge, over which the painted and the real picture are compared. */
const [COMPARED_DEPTH, COMPARED_BLUR] = [4, 2];

/**
 * The result that a canvas was made for: the painted canvas with the picture put back, byte for byte. Where the two meet, the painted side takes on the
 * difference between them, less and less over `feather` pixels, so that no seam is seen though no old pixel changes.
 */
export function keepOriginal(
  painted: Raster,
  picture: Rgb,
  { canvas, feather }: { readonly canvas: Canvas; readonly feather: number },
): Rgb {
  const { left, top, width, height } = canvas.result;
  const sized = resize(painted, { width: canvas.width, height: canvas.height, filter: 'lanczos' }) as Rgb;
  if (feather > 0) fade(sized, picture, { canvas, feather });
  paste(sized, picture, canvas.picture);
  return cut(sized, { left, top, right: left + width, bottom: top + height });
}

function fade(painted: Rgb, picture: Rgb, { canvas, feather }: { readonly canvas: Canvas; readonly feather: number }): void {
  const { left, top } = canvas.picture;
  const difference = (x: number, y: number, channel: number) =>
    picture.data[(y * picture.width + x) * 3 + channel]! - painted.data[((top + y) * painted.width + left + x) * 3 + channel]!;
  const edge = new EdgeLines(picture, difference, { depth: COMPARED_DEPTH, blur: COMPARED_BLUR });
  const bytes = new Uint8ClampedArray(painted.data.buffer, painted.data.byteOffset, painted.data.length);
  forNewPixels(canvas, (x, y, at) => {
    const share = falloff(Math.hypot(outside(x, picture.width), outside(y, picture.height)), feather);
    if (share > 0) edge.beyond(x, y, (channel, value) => (bytes[at + channel] = bytes[at + channel]! + share * value));
  });
}

/** 1 at the picture, 0 from beyond the feather on. */
function falloff(distance: number, feather: number): number {
  return distance > feather ? 0 : (1 + Math.cos((Math.PI * distance) / (feather + 1))) / 2;
}

/** Calls with each place of the canvas outside of the picture, counted from the picture's corner, and with the place of its first byte of three. */
function forNewPixels({ width, height, picture }: Canvas, call: (x: number, y: number, at: number) => void): void {
  for (let row = 0; row < height; row++) {
    const y = row - picture.top;
    const beside = y >= 0 && y < picture.height;
    for (let column = 0; column < width; column++) {
      if (beside && column === picture.left) column += picture.width;
      if (column < width) call(column - picture.left, y, (row * width + column) * 3);
    }
  }
}
