import type { Raster } from '@vision-sdk/image';

/** Brightness gradients of a picture, row by row: of every pixel those of the channel where they are strongest. */
export interface Gradients {
  readonly width: number;
  readonly height: number;
  /** Sobel's derivatives, -1020 to 1020, to the right and down. */
  readonly across: Int16Array;
  readonly down: Int16Array;
  /** `|across| + |down|`. */
  readonly strength: Int32Array;
}

/** Sobel's 3 x 3 derivatives with the edge pixels repeated, as OpenCV's Canny takes them; alpha is left out, of equal channels the first wins. */
export function sobel({ width, height, channels, data }: Raster): Gradients {
  const size = width * height;
  const result = { width, height, across: new Int16Array(size), down: new Int16Array(size), strength: new Int32Array(size).fill(-1) };
  for (let channel = 0; channel < Math.min(channels, 3); channel++) {
    for (let y = 0; y < height; y++) sobelRow(result, { data, channels, channel }, y);
  }
  return result;
}

interface Channel {
  readonly data: Uint8Array;
  readonly channels: number;
  readonly channel: number;
}

function sobelRow({ width, height, across, down, strength }: Gradients, { data, channels, channel }: Channel, y: number): void {
  const [above, here, below] = [Math.max(y - 1, 0), y, Math.min(y + 1, height - 1)].map((row) => row * width * channels + channel);
  for (let x = 0; x < width; x++) {
    const left = Math.max(x - 1, 0) * channels;
    const middle = x * channels;
    const right = Math.min(x + 1, width - 1) * channels;
    const [topLeft, topRight] = [data[above! + left]!, data[above! + right]!];
    const [bottomLeft, bottomRight] = [data[below! + left]!, data[below! + right]!];
    const dx = topRight - topLeft + 2 * (data[here! + right]! - data[here! + left]!) + bottomRight - bottomLeft;
    const dy = bottomLeft - topLeft + 2 * (data[below! + middle]! - data[above! + middle]!) + bottomRight - topRight;
    const at = y * width + x;
    const sum = Math.abs(dx) + Math.abs(dy);
    if (sum <= strength[at]!) continue;
    strength[at] = sum;
    across[at] = dx;
    down[at] = dy;
  }
}
