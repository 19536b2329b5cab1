import type { Raster } from '@vision-sdk/image';
import type { Colour } from './sheet/canvas.ts';

/** Whether a point belongs to something. */
type Region = (x: number, y: number) => boolean;

/** A rectangle in pixels: left, top, width, height. */
export type Box = readonly [left: number, top: number, width: number, height: number];

const BLACK: Colour = [0, 0, 0];
const WHITE: Colour = [255, 255, 255];
/** How much a veil hides. */
const VEIL = 0.72;

/** White lines on black, as ControlNets for drawings were trained: a heart. */
export function heartDrawing(side: number): Raster {
  const inside: Region = (x, y) => isHeart((x / side - 0.5) * 3.6, (0.54 - y / side) * 3.6);
  return painted(side, side, (x, y) => (isEdge(inside, x, y) ? WHITE : BLACK));
}

/** (x² + y² - 1)³ = x²y³ */
function isHeart(x: number, y: number): boolean {
  return (x * x + y * y - 1) ** 3 < x * x * y ** 3;
}

function isEdge(inside: Region, x: number, y: number): boolean {
  return inside(x, y) && ![inside(x - 1, y), inside(x + 1, y), inside(x, y - 1), inside(x, y + 1)].every(Boolean);
}

/** A mask for Inpaint: white where the picture is to be made anew. */
export function boxMask(side: number, box: Box): Raster {
  return painted(side, side, (x, y) => (isIn(box, x, y) ? WHITE : BLACK));
}

/** A picture with a veil over what is to be made anew, to look at. */
export function veiled(picture: Raster, box: Box): Raster {
  return painted(picture.width, picture.height, (x, y) => {
    const colour = pixel(picture, x, y);
    if (!isIn(box, x, y)) return colour;
    const stripe = (x + y) % 4 === 0 ? 150 : 225;
    return mixed(colour, [stripe, stripe, stripe], VEIL);
  });
}

/** A part of a picture. */
export function part(picture: Raster, [left, top, width, height]: Box): Raster {
  return painted(width, height, (x, y) => pixel(picture, left + x, top + y));
}

/** A part of a picture at its place, with a pattern for what is missing, to look at. */
export function alone(picture: Raster, box: Box): Raster {
  const nothing = (x: number, y: number): Colour => (((x >> 2) + (y >> 2)) % 2 === 0 ? [238, 240, 243] : [224, 227, 232]);
  return painted(picture.width, picture.height, (x, y) => (isIn(box, x, y) ? pixel(picture, x, y) : nothing(x, y)));
}

function painted(width: number, height: number, colourAt: (x: number, y: number) => Colour): Raster {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data.set(colourAt(x, y), (y * width + x) * 3);
  }
  return { width, height, channels: 3, data };
}

function pixel({ width, data }: Raster, x: number, y: number): Colour {
  const at = (y * width + x) * 3;
  return [data[at]!, data[at + 1]!, data[at + 2]!];
}

function isIn([left, top, width, height]: Box, x: number, y: number): boolean {
  return x >= left && x < left + width && y >= top && y < top + height;
}

function mixed(from: Colour, to: Colour, share: number): Colour {
  const one = (channel: 0 | 1 | 2) => from[channel] + (to[channel] - from[channel]) * share;
  return [one(0), one(1), one(2)];
}
