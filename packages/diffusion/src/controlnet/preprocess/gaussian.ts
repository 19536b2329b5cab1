import type { Raster } from '@vision-sdk/image';

/** Numbers of a picture, its channels side by side as in a raster. */
export interface FloatPicture {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly values: Float32Array;
}

const BINOMIAL = Float32Array.of(1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16);

/** OpenCV's 5 x 5 Gaussian of bytes, exact: binomial weights, borders mirrored without the edge pixel, rounded half up. */
export function gaussian5(picture: Raster): Raster {
  const { values } = smooth(toFloats(picture), BINOMIAL);
  const data = new Uint8Array(values.length);
  for (let i = 0; i < data.length; i++) data[i] = values[i]! + 0.5;
  return { ...picture, data };
}

/** A picture smoothed by a Gaussian that reaches four deviations, borders mirrored: OpenCV's `GaussianBlur` of floats, but for the last bits. */
export function gaussianBlur(picture: FloatPicture, deviation: number): FloatPicture {
  const reach = Math.round(deviation * 8 + 1) >> 1;
  const bell = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-0.5 * ((i - reach) / deviation) ** 2));
  const sum = bell.reduce((total, value) => total + value, 0);
  return smooth(
    picture,
    Float32Array.from(bell, (value) => value / sum),
  );
}

/** The bytes of a raster as numbers. */
export function toFloats({ width, height, channels, data }: Raster): FloatPicture {
  return { width, height, channels, values: new Float32Array(data) };
}

function smooth(picture: FloatPicture, weights: Float32Array): FloatPicture {
  return { ...picture, values: alongColumns({ ...picture, values: alongRows(picture, weights) }, weights) };
}

function alongRows({ width, height, channels, values }: FloatPicture, weights: Float32Array): Float32Array {
  const places = mirroredPlaces(width, weights.length >> 1);
  const row = width * channels;
  const smoothed = new Float32Array(values.length);
  const widened = new Float32Array(places.length * channels);
  for (let y = 0; y < height; y++) {
    const source = values.subarray(y * row, (y + 1) * row);
    for (let at = 0; at < widened.length; at++) widened[at] = source[places[Math.floor(at / channels)]! * channels + (at % channels)]!;
    const target = smoothed.subarray(y * row, (y + 1) * row);
    for (let tap = 0; tap < weights.length; tap++) addRow(target, widened.subarray(tap * channels), weights[tap]!);
  }
  return smoothed;
}

function alongColumns({ width, height, channels, values }: FloatPicture, weights: Float32Array): Float32Array {
  const places = mirroredPlaces(height, weights.length >> 1);
  const row = width * channels;
  const smoothed = new Float32Array(values.length);
  for (let y = 0; y < height; y++) {
    const target = smoothed.subarray(y * row, (y + 1) * row);
    for (let tap = 0; tap < weights.length; tap++) addRow(target, values.subarray(places[y + tap]! * row), weights[tap]!);
  }
  return smoothed;
}

function addRow(target: Float32Array, source: Float32Array, weight: number): void {
  for (let i = 0; i < target.length; i++) target[i]! += weight * source[i]!;
}

/** Places from `-reach` to `length + reach - 1`, mirrored at the ends without the end itself, as OpenCV's BORDER_REFLECT_101. */
function mirroredPlaces(length: number, reach: number): Int32Array {
  const period = Math.max(2 * (length - 1), 1);
  return Int32Array.from({ length: length + 2 * reach }, (_, i) => {
    const place = (((i - reach) % period) + period) % period;
    return length === 1 ? 0 : Math.min(place, period - place);
  });
}
