import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Digest, digestFile, digestFor } from './digest.ts';
import type { Layout } from './layout.ts';
import type { RemoteFile } from './metadata.ts';
import { writing } from './writing.ts';

/** Where a file and its pieces lie. */
export type PartLayout = Pick<Layout, 'file' | 'part' | 'etag'>;

/** A file under way: what has arrived on disk, its digest, and the tag of the version it is a piece of. What it cannot write is `VISION_HUB_UNWRITABLE`. */
export class Part implements AsyncDisposable {
  readonly file: RemoteFile;
  readonly #handle: FileHandle;
  readonly #layout: PartLayout;
  #digest: Digest;
  #received = 0;
  #etag: string | undefined;

  private constructor(handle: FileHandle, layout: PartLayout, file: RemoteFile) {
    this.#handle = handle;
    this.#layout = layout;
    this.file = file;
    this.#digest = digestFor(file);
  }

  /** Opens what an earlier pull left, or starts a new one. */
  static async open(layout: PartLayout, file: RemoteFile, signal: AbortSignal): Promise<Part> {
    const path = layout.part(file.name);
    const handle = await writing(path, async () => {
      await mkdir(dirname(path), { recursive: true });
      return open(path, constants.O_RDWR | constants.O_CREAT);
    });
    const part = new Part(handle, layout, file);
    try {
      await part.#takeUp(path, signal);
      return part;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Where the bytes lie. */
  get path(): string {
    return this.#layout.part(this.file.name);
  }

  /** Bytes on disk. */
  get received(): number {
    return this.#received;
  }

  /** Tag of the version that the bytes belong to. A piece without one cannot be carried on. */
  get etag(): string | undefined {
    return this.#etag;
  }

  get digest(): Digest {
    return this.#digest;
  }

  async append(chunk: Uint8Array): Promise<void> {
    await writing(this.path, () => this.#handle.write(chunk, 0, chunk.length, this.#received));
    this.#digest.update(chunk);
    this.#received += chunk.length;
  }

  /** Throws away what has arrived; what comes next is of the version that `etag` names. */
  async restart(etag?: string): Promise<void> {
    // The old tag goes first: bytes of one version must never lie beside the tag of another.
    await writing(this.path, async () => {
      await rm(this.#layout.etag(this.file.name), { force: true });
      await this.#handle.truncate(0);
      if (etag !== undefined) await writeFile(this.#layout.etag(this.file.name), etag);
    });
    this.#digest = digestFor(this.file);
    this.#received = 0;
    this.#etag = etag;
  }

  /** Puts the whole file in its place at once. */
  async finish(): Promise<void> {
    await writing(this.#layout.file(this.file.name), async () => {
      await this.#handle.sync();
      await this.#handle.close();
      await rename(this.path, this.#layout.file(this.file.name));
      await rm(this.#layout.etag(this.file.name), { force: true });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }

  async #takeUp(path: string, signal: AbortSignal): Promise<void> {
    const { size } = await this.#handle.stat();
    const etag = await readFile(this.#layout.etag(this.file.name), 'utf8').catch(() => undefined);
    const usable = size > 0 && (size === this.file.bytes || (size < this.file.bytes && etag !== undefined));
    if (!usable) return this.restart();
    await digestFile(path, this.#digest, { bytes: size, signal });
    this.#received = size;
    this.#etag = etag;
  }
}
