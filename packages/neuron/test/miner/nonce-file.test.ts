import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from '@vision-sdk/core';
import { describe, expect, it } from 'vitest';
import { NonceFile } from '../../src/miner/nonce-file.ts';
import { send, signedHeaders, startAxon } from '../wire/support.ts';

const folder = mkdtempSync(join(tmpdir(), 'vision-nonces-'));
let files = 0;
const newFile = () => join(folder, 'made', `${files++}.sqlite`);

/** A log that keeps its warnings. */
function warnings(): { readonly log: Log; readonly told: string[] } {
  const told: string[] = [];
  const log = { debug() {}, info() {}, error() {}, warn: (_fields: object, text: string) => void told.push(text) };
  return { log, told };
}

const open = (path: string, axon = 'axon-a', now?: () => number) => NonceFile.open(path, { axon, ...warnings(), ...(now && { now }) })!;
const used = (nonce: bigint, uuid = 'u', hotkey = 'h') => ({ hotkey, uuid, nonce });

describe('a file of used nonces', () => {
  it('gives back what was noted, exactly and in order, with the last nonce of each uuid', () => {
    const path = newFile();
    {
      using file = open(path);
      for (const one of [used(1_764_000_000_123_456_789n), used(5n, 'v'), used(1_764_000_000_123_456_790n)]) file.note(one);
    }
    using file = open(path);
    expect([...file.read()]).toEqual([used(5n, 'v'), used(1_764_000_000_123_456_790n)]);
  });

  it('keeps axons apart that share it', () => {
    const path = newFile();
    using one = open(path, 'axon-a');
    using other = open(path, 'axon-b');
    one.note(used(1n));
    other.note(used(2n));
    expect([[...one.read()], [...other.read()]]).toEqual([[used(1n)], [used(2n)]]);
  });

  it('forgets what no nonce lives long enough for', () => {
    const path = newFile();
    let now = 1_000_000;
    {
      using file = open(path, 'a', () => now);
      file.note(used(1n, 'old'));
      now += 900_000;
      file.note(used(2n, 'new'));
    }
    now += 1;
    using file = open(path, 'a', () => now);
    expect([...file.read()]).toEqual([used(2n, 'new')]);
  });

  it('is done without where it cannot be opened or written, and that is said once', () => {
    const { log, told } = warnings();
    const path = newFile();
    mkdirSync(path, { recursive: true });
    expect(NonceFile.open(path, { axon: 'a', log })).toBeUndefined();
    const broken = newFile();
    writeFileSync(broken, 'this is no database, whatever its name says');
    expect(NonceFile.open(broken, { axon: 'a', log })).toBeUndefined();
    expect(told).toHaveLength(2);
    const file = NonceFile.open(newFile(), { axon: 'a', log })!;
    file[Symbol.dispose]();
    file.note(used(1n));
    file.note(used(2n));
    expect(told).toHaveLength(3);
  });
});

describe('an axon that was started again', () => {
  const request = () => ({ path: '/Trivial', headers: signedHeaders('Trivial'), body: '{"input":1}' });

  it('refuses a request that the one before it has served', async () => {
    const path = newFile();
    const recorded = request();
    const serve = async (nonces: NonceFile | undefined, ...requests: ReturnType<typeof request>[]) => {
      const { axon, port } = await startAxon({ nonces });
      await using _closing = axon;
      const statuses: number[] = [];
      for (const one of requests) statuses.push((await send(port, one)).status);
      return statuses;
    };
    const first = open(path);
    expect(await serve(first, recorded, recorded)).toEqual([200, 401]);
    // The process ends without closing its file.
    using second = open(path);
    expect(await serve(second, recorded, request())).toEqual([401, 200]);
    expect(await serve(undefined, recorded)).toEqual([200]);
    first[Symbol.dispose]();
  });
});
