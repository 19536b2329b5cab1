import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { explain, type Log } from '@vision-sdk/core';
import type { NonceJournal, UsedNonce } from '../wire/nonce-store.ts';

/** Longer than any nonce lives: four seconds and the longest timeout of an operation. */
const KEPT_MS = 900_000;
const PRUNE_EVERY = 1_000;
const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = OFF;
  CREATE TABLE IF NOT EXISTS used (
    axon TEXT NOT NULL, hotkey TEXT NOT NULL, uuid TEXT NOT NULL, nonce INTEGER NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (axon, hotkey, uuid)
  ) WITHOUT ROWID;
`;

/** Whose nonces a file keeps. */
export interface NonceFileOptions {
  /** Hotkey of the axon: miners with keys of their own may share a file. */
  readonly axon: string;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** Used nonces of the last minutes in an SQLite file. It survives the end of a process, however sudden; a machine that loses power starts too slowly for a nonce to live on. */
export class NonceFile implements NonceJournal, Disposable {
  readonly #database: DatabaseSync;
  readonly #options: Required<NonceFileOptions>;
  readonly #insert: StatementSync;
  #notes = 0;
  #broken = false;

  private constructor(database: DatabaseSync, options: Required<NonceFileOptions>) {
    this.#database = database;
    this.#options = options;
    this.#insert = database.prepare('INSERT OR REPLACE INTO used (axon, hotkey, uuid, nonce, at) VALUES (?, ?, ?, ?, ?)');
    this.#prune();
  }

  /** Opens or creates the file and its folder; `:memory:` keeps nothing. Undefined, with a warning, where that cannot be done: a miner works without. */
  static open(path: string, { now = Date.now, ...options }: NonceFileOptions): NonceFile | undefined {
    let database: DatabaseSync | undefined;
    try {
      if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      database = new DatabaseSync(path, { timeout: 1_000 });
      database.exec(SCHEMA);
      return new NonceFile(database, { ...options, now });
    } catch (error) {
      if (database?.isOpen === true) database.close();
      const problem = 'Used nonces cannot be kept in this file: after a restart, requests of the last seconds could be sent again.';
      options.log.warn({ file: path, reason: explain(error) }, problem);
      return undefined;
    }
  }

  *read(): Iterable<UsedNonce> {
    const select = this.#database.prepare('SELECT hotkey, uuid, nonce FROM used WHERE axon = ? ORDER BY at, nonce');
    select.setReadBigInts(true);
    for (const { hotkey, uuid, nonce } of select.all(this.#options.axon))
      yield { hotkey: String(hotkey), uuid: String(uuid), nonce: nonce as bigint };
  }

  note({ hotkey, uuid, nonce }: UsedNonce): void {
    try {
      this.#insert.run(this.#options.axon, hotkey, uuid, nonce, this.#options.now());
      if (++this.#notes % PRUNE_EVERY === 0) this.#prune();
    } catch (error) {
      if (!this.#broken)
        this.#options.log.warn({ reason: explain(error) }, 'A used nonce could not be written; further ones are not told.');
      this.#broken = true;
    }
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }

  #prune(): void {
    this.#database.prepare('DELETE FROM used WHERE at < ?').run(this.#options.now() - KEPT_MS);
  }
}
