import { readSync } from 'node:fs';

const WINDOW_BYTES = 64 * 1024;

/**
 * Random reads of an open file through one window, so that the graph of a file of gigabytes can be walked without loading its weights. They block,
 * but are few: what a plugin declares before anything is loaded cannot wait.
 */
export class ByteSource {
  readonly size: number;
  readonly #file: number;
  #window = Buffer.alloc(0);
  #start = 0;

  constructor(file: number, size: number) {
    this.#file = file;
    this.size = size;
  }

  /** The byte at a position. Throws RangeError past the end. */
  byte(position: number): number {
    this.#cover(position, 1);
    return this.#window[position - this.#start]!;
  }

  /** Bytes of [start, end), copied. Throws RangeError past the end. */
  bytes(start: number, end: number): Buffer {
    this.#cover(start, end - start);
    return Buffer.from(this.#window.subarray(start - this.#start, end - this.#start));
  }

  #cover(position: number, length: number): void {
    if (position >= this.#start && position + length <= this.#start + this.#window.length) return;
    if (position + length > this.size) throw new RangeError(`it ends at byte ${this.size}, but more was announced`);
    const window = Buffer.alloc(Math.min(Math.max(WINDOW_BYTES, length), this.size - position));
    const bytesRead = readSync(this.#file, window, 0, window.length, position);
    if (bytesRead < length) throw new RangeError(`it ends at byte ${position + bytesRead}, but more was announced`);
    this.#window = window.subarray(0, bytesRead);
    this.#start = position;
  }
}
