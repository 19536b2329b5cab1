import { encodePngBase64, type Raster } from '@vision-sdk/image';

/** A colour, 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number];

export const WHITE: Colour = [255, 255, 255];
export const RED: Colour = [230, 20, 20];
export const BLUE: Colour = [20, 60, 230];

const SIDE = 64;

/** A picture of 64x64 pixels, coloured by place, in base64. */
export function drawing(colourOf: (x: number, y: number) => Colour): Promise<string> {
  const data = new Uint8Array(SIDE * SIDE * 3);
  for (let i = 0; i < SIDE * SIDE; i++) data.set(colourOf(i % SIDE, Math.floor(i / SIDE)), 3 * i);
  return encodePngBase64({ width: SIDE, height: SIDE, channels: 3, data });
}

/** The mean colour of the 3x3 pixels around a place. */
export function colourAt({ data, width }: Raster, x: number, y: number): Colour {
  const sum = [0, 0, 0];
  for (let j = y - 1; j <= y + 1; j++)
    for (let i = x - 1; i <= x + 1; i++) for (let c = 0; c < 3; c++) sum[c]! += data[(j * width + i) * 3 + c]! / 9;
  return sum as unknown as Colour;
}

/** How far two colours lie apart: the largest difference of a channel. */
export function apart(a: Colour, b: Colour): number {
  return Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));
}

/** The pixels that are nearer to a colour than to white, by their places. */
function places({ data }: Raster, colour: Colour): readonly number[] {
  const near = (i: number) => {
    const pixel: Colour = [data[3 * i]!, data[3 * i + 1]!, data[3 * i + 2]!];
    return apart(pixel, colour) < apart(pixel, WHITE);
  };
  return Array.from({ length: data.length / 3 }, (_, i) => i).filter(near);
}

/** The part of a picture that has a colour rather than white. */
export function share(picture: Raster, colour: Colour): number {
  return places(picture, colour).length / (picture.width * picture.height);
}

/** The first column in which at least three pixels have a colour rather than white. */
export function leftmost(picture: Raster, colour: Colour): number {
  const columns = places(picture, colour).map((i) => i % picture.width);
  return Array.from({ length: picture.width }, (_, x) => x).findIndex((x) => columns.filter((column) => column === x).length >= 3);
}
