import { access, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createRandom, validate } from '@vision-sdk/core';
import { decodeImage, encodePngBase64, type Raster } from '@vision-sdk/image';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { defaultPlugins } from '../src/default-plugins.ts';
import { loadPhoto } from '../src/demo/photo.ts';
import { Users } from '../src/demo/users.ts';
import { WISHES } from '../src/demo/wishes.ts';
import { openInMemory } from '../src/project.ts';
import { temporaryFolder } from './vision-command.ts';

const SIDE = 64;
const CLIP = '@vision-sdk/plugin-clip';
const installed = new Set(defaultPlugins().map(([name]) => name));
const wishes = WISHES.filter(({ plugin }) => installed.has(plugin));

function noise(seed: number, side: number): Raster {
  const random = createRandom(seed);
  return { width: side, height: side, channels: 3, data: Uint8Array.from({ length: side * side * 3 }, () => Math.floor(random() * 256)) };
}

describe('what users wish for', () => {
  it('comes in an order in which each wish finds its pictures', () => {
    const made = new Set<string>();
    for (const { name, needs } of WISHES) {
      expect(needs.filter((need) => !made.has(need))).toEqual([]);
      made.add(name);
    }
    expect(made.size).toBe(WISHES.length);
  });

  it.each(wishes.map((wish) => [wish.name, wish] as const))('is what the models take: %s', async (_name, wish) => {
    const { registry } = await openInMemory({ plugins: defaultPlugins() }, '.');
    const { fields } = await wish.input(wish.needs.map((_, index) => noise(index, SIDE)));
    const request = { ...fields, seed: 1, text_prompts: [{ text: wish.prompt, weight: 1 }] };
    const valid = await validate(wish.synapse.request, request);
    expect(valid).toMatchObject({ ok: true });
    const pipelines = registry.pipelinesFor(wish.synapse).filter(({ plugin }) => plugin.name === wish.plugin);
    const results = await Promise.all(pipelines.map(({ pipeline }) => validate(pipeline.accepts!, valid.ok && valid.value)));
    expect(results).toContainEqual(expect.objectContaining({ ok: true }));
  });
});

describe('users', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let server: Server;
  let asked: { readonly url: string; readonly headers: Readonly<Record<string, unknown>>; readonly body: Record<string, unknown> }[] = [];
  let miners: Record<string, number> = {};
  let pictureless = false;
  /** Statuses of the next answers; then all is well. */
  let refusals: number[] = [];

  beforeAll(async () => {
    folder = await temporaryFolder();
    server = createServer(async (request, response) => {
      response.setHeader('content-type', 'application/json');
      if (request.url === '/health') return response.end(JSON.stringify({ miners }));
      const body = JSON.parse(Buffer.concat(await request.toArray()).toString()) as Record<string, unknown>;
      asked.push({ url: request.url ?? '', headers: request.headers, body });
      const refusal = refusals.shift();
      if (refusal !== undefined) return response.writeHead(refusal).end(JSON.stringify({ detail: 'not now' }));
      return response.end(JSON.stringify(await answerTo(request.url ?? '', body)));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    server.close();
    await folder[Symbol.asyncDispose]();
  });

  async function answerTo(url: string, { image_b64s }: Record<string, unknown>) {
    if (pictureless) return { image_b64s: null, error_message: null, clip_embeddings: null, image_hashes: null };
    if (url === '/clip-embeddings') return { image_embeddings: (image_b64s as string[]).map((_, index) => [1, index]) };
    return { image_b64s: [await encodePngBase64(noise(asked.length, url === '/upscale' ? 512 : SIDE))] };
  }

  const users = () =>
    new Users({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, apiKey: 'a key of the gateway' }, folder.path);

  it('get a picture for every wish and one sheet with all of them', async () => {
    asked = [];
    const all = users();
    const photo = await all.sendPhoto(await loadPhoto());
    expect(photo).toMatchObject({ width: 512, height: 512 });
    await all.sendWords();
    await all.sendTheRest();
    await all.writeContactSheet();
    expect((await readdir(join(folder.path, 'pictures'))).toSorted()).toEqual(wishes.map(({ name }) => `${name}.png`).toSorted());
    expect(asked).toHaveLength(wishes.length + 1 + (installed.has(CLIP) ? 1 : 0));
    expect(
      asked.every(({ headers }) => headers['vision-verify'] === 'true' && headers.authorization === 'Bearer a key of the gateway'),
    ).toBe(true);
    const sheet = await decodeImage(await readFile(join(folder.path, 'contact-sheet.png')));
    for (const { name } of wishes)
      expect(isOn(sheet, await decodeImage(await readFile(join(folder.path, 'pictures', `${name}.png`))))).toBe(true);
  });

  it.each([
    [502, 3],
    [503, 3],
    [504, 3],
    [401, 1],
    [422, 1],
    [500, 1],
  ])('that are refused with %i ask %i times', async (status, times) => {
    asked = [];
    refusals = [status, status, status];
    const sent = users().sendPhoto(await loadPhoto());
    await expect(sent).rejects.toMatchObject({ code: 'VISION_CLI_VALIDATOR_REFUSED', details: { status } });
    refusals = [];
    expect(asked).toHaveLength(times);
  });

  it('take the answer of a second try', async () => {
    refusals = [502];
    await expect(users().sendPhoto(await loadPhoto())).resolves.toMatchObject({ width: 512 });
  });

  it('ask again where there was no answer in time, and not where nobody listens', async () => {
    asked = [];
    const timeout = vi
      .spyOn(AbortSignal, 'timeout')
      .mockImplementationOnce(() => AbortSignal.abort(new DOMException('late', 'TimeoutError')));
    await expect(users().sendPhoto(await loadPhoto())).resolves.toMatchObject({ width: 512 });
    expect(timeout).toHaveBeenCalledTimes(2);
    timeout.mockRestore();
    const fetches = vi.spyOn(globalThis, 'fetch');
    const nobody = new Users({ url: 'http://127.0.0.1:1' }, folder.path);
    await expect(nobody.sendPhoto(await loadPhoto())).rejects.toMatchObject({ code: 'VISION_CLI_VALIDATOR_UNREACHABLE' });
    expect(fetches).toHaveBeenCalledTimes(1);
    fetches.mockRestore();
  });

  it('write no file where an answer has no picture', async () => {
    await rm(join(folder.path, 'photo-x2.png'), { force: true });
    pictureless = true;
    const sent = users().sendPhoto(await loadPhoto());
    await expect(sent).rejects.toMatchObject({ code: 'VISION_CLI_RESPONSE_EMPTY', details: { reason: 'there is no picture in it' } });
    pictureless = false;
    await expect(access(join(folder.path, 'photo-x2.png'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('leave the seed to the validator, which chooses it', async () => {
    asked = [];
    await users().sendWords();
    expect(asked.length).toBeGreaterThanOrEqual(wishes.length === 0 ? 0 : 4);
    expect(asked.filter(({ body }) => 'seed' in body)).toEqual([]);
  });

  it('wait until everything that they want is served', async () => {
    miners = {};
    expect(await users().allIsServed()).toBe(wishes.length === 0 && !installed.has(CLIP));
    const names = [...wishes.map(({ synapse }) => synapse.name), 'ClipEmbeddings'];
    miners = Object.fromEntries(names.map((name) => [name, 1]));
    expect(await users().allIsServed()).toBe(true);
  });

  /** True when every pixel of a picture is a square of three pixels somewhere on the sheet. */
  function isOn(sheet: Raster, picture: Raster): boolean {
    const [large, small] = [coloursOf(sheet), coloursOf(picture)];
    const sameAt = (corner: number) =>
      small.every((colour, at) => large[corner + ((at / SIDE) | 0) * 3 * sheet.width + (at % SIDE) * 3] === colour);
    return large.some((colour, corner) => colour === small[0] && sameAt(corner));
  }

  function coloursOf({ data }: Raster): Int32Array {
    return Int32Array.from({ length: data.length / 3 }, (_, at) => (data[3 * at]! << 16) | (data[3 * at + 1]! << 8) | data[3 * at + 2]!);
  }
});
