import { createHash } from 'node:crypto';
import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspectGpu } from '../../src/gpu/index.ts';
import { errorOf } from '../hub/support.ts';
import { FakeFeed } from './fake-feed.ts';
import { CUDA, fakeRuntime, installation, LIBRARIES, ldconfig, PACKAGE, packageWith, SHARED } from './support.ts';

const sha512 = (bytes: Buffer) => createHash('sha512').update(bytes).digest('hex');

describe('installing the GPU files', () => {
  it('puts the wanted libraries beside the runtime, with a record, and leaves no package behind', async () => {
    await using feed = await FakeFeed.start(PACKAGE);
    const { install, place, cache, there } = await installation(feed.index);
    const progress: number[] = [];
    const done = await install({ onProgress: ({ received }) => progress.push(received) });
    expect(await readFile(place(CUDA))).toEqual(LIBRARIES[CUDA]);
    expect(await readFile(place(SHARED))).toEqual(LIBRARIES[SHARED]);
    expect(there('libonnxruntime_providers_tensorrt.so')).toBe(false);
    expect(done).toMatchObject({
      from: 'feed',
      files: [
        { name: CUDA, bytes: 900_000 },
        { name: SHARED, bytes: 20_000 },
      ],
    });
    expect(progress.at(-1)).toBe(PACKAGE.length);
    expect(JSON.parse(await readFile(place('.vision-gpu.json'), 'utf8'))).toMatchObject({
      version: '1.30.0',
      files: { [CUDA]: { bytes: 900_000 } },
    });
    expect((await readdir(cache)).filter((name) => name !== '.lock')).toEqual([]);
    expect((await readdir(join(place('.')))).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('asks nobody when they are there, unless it is forced', async () => {
    await using feed = await FakeFeed.start(PACKAGE);
    const { install } = await installation(feed.index);
    await install();
    const asked = feed.requests.length;
    expect(await install()).toMatchObject({ from: 'disk', files: [] });
    expect(feed.requests).toHaveLength(asked);
    expect(await install({ force: true })).toMatchObject({ from: 'feed' });
  });

  it('installs once when two start at the same time', async () => {
    await using feed = await FakeFeed.start(PACKAGE);
    const { install } = await installation(feed.index);
    const both = await Promise.all([install(), install()]);
    expect(both.map(({ from }) => from).sort()).toEqual(['disk', 'feed']);
    expect(feed.gets()).toHaveLength(1);
  });

  it('puts right a library that has another size than was installed', async () => {
    await using feed = await FakeFeed.start(PACKAGE);
    const { install, place, runtimeFolder } = await installation(feed.index);
    await install();
    await writeFile(place(CUDA), 'cut');
    const { files } = await inspectGpu({ runtimeFolder, platform: 'linux/x64' });
    expect(files.map(({ state }) => state)).toEqual(['changed', 'present']);
    await install();
    expect((await stat(place(CUDA))).size).toBe(900_000);
  });

  it("takes over what onnxruntime-node's own script has installed", async () => {
    await using feed = await FakeFeed.start(PACKAGE);
    const { install, place } = await installation(feed.index);
    for (const name of [CUDA, SHARED]) await writeFile(place(name), LIBRARIES[name as keyof typeof LIBRARIES]);
    expect(await install()).toMatchObject({ from: 'disk' });
  });
});

describe('a feed that misbehaves', () => {
  it('is taken up where the connection broke, also by a later call', async () => {
    await using feed = await FakeFeed.start(PACKAGE);
    const { install, place } = await installation(feed.index);
    feed.script({ cutAfter: 300_000 }, { status: 503 }, { cutAfter: 100_000 }, { cutAfter: 1 });
    const error = await errorOf(install());
    expect(error).toMatchObject({ code: 'VISION_GPU_FETCH_FAILED' });
    feed.script();
    await install();
    expect(feed.gets().at(-1)?.headers.range).toMatch(/^bytes=\d{6}-$/);
    expect(await readFile(place(CUDA))).toEqual(LIBRARIES[CUDA]);
  });

  it('is refused when it sends other bytes than its catalogue tells', async () => {
    await using feed = await FakeFeed.start(PACKAGE);
    const { install, there } = await installation(feed.index);
    feed.script({ instead: Buffer.alloc(PACKAGE.length) });
    const error = await errorOf(install());
    expect(error.code).toBe('VISION_GPU_FETCH_FAILED');
    expect(error.message).toContain('its hash is');
    expect(there(CUDA)).toBe(false);
    expect(await install()).toMatchObject({ from: 'feed' });
  });

  it.each([
    ['longer than told', { endless: true }, 'larger than declared'],
    ['gone', { status: 404 }, '404'],
    ['sent on to nothing', { status: 302, headers: { location: './x' } }, 'not on the hub'],
    [
      'away to another host',
      { status: 302, headers: { location: 'http://elsewhere.example/x' } },
      'elsewhere.example, which is not among the allowed hosts',
    ],
  ])('gives an error for a package that is %s', async (_, fault, text) => {
    await using feed = await FakeFeed.start(PACKAGE);
    const { install } = await installation(feed.index);
    feed.script(...Array.from({ length: 9 }, () => fault));
    const error = await errorOf(install());
    expect(error.code).toBe('VISION_GPU_FETCH_FAILED');
    expect(error.message).toContain(text);
  });

  it('waits as long as it is asked to, then goes on', async () => {
    await using feed = await FakeFeed.start(PACKAGE);
    const { install, waits } = await installation(feed.index);
    feed.script({ status: 429, headers: { 'retry-after': '7' } });
    await install();
    expect(waits).toEqual([7000]);
  });

  it.each([
    ['an index that is no JSON', '/v3/index.json', { body: '<html>' }, 'no JSON object'],
    ['an index without packages', '/v3/index.json', { body: '{"resources":[]}' }, 'PackageBaseAddress'],
    [
      'a catalogue that leads elsewhere',
      '/registration/',
      { body: '{"catalogEntry":"http://169.254.169.254/x"}' },
      'not among the allowed hosts',
    ],
    ['an index that is too large', '/v3/index.json', { body: ' '.repeat(9 * 2 ** 20) }, 'larger than declared'],
  ])('gives an error for %s', async (_, path, answer, text) => {
    await using feed = await FakeFeed.start(PACKAGE, { answer: (asked) => (asked.startsWith(path) ? answer : undefined) });
    const error = await errorOf((await installation(feed.index)).install());
    expect(error.code).toBe('VISION_GPU_FETCH_FAILED');
    expect(error.message).toContain(text);
  });

  it('follows to hosts that are allowed', async () => {
    await using bytes = await FakeFeed.start(PACKAGE);
    await using feed = await FakeFeed.start(PACKAGE, { contentAt: `${bytes.origin}/content/` });
    const { install } = await installation(feed.index);
    expect((await errorOf(install())).message).toContain('not among the allowed hosts');
    await install({ allowHosts: [new URL(bytes.origin).host] });
    expect(bytes.gets()).toHaveLength(1);
  });
});

describe('several feeds', () => {
  it('asks the next one, and holds it to the hash of the first that told one', async () => {
    await using down = await FakeFeed.start(PACKAGE, { answer: () => ({ status: 404 }) });
    await using forger = await FakeFeed.start(packageWith({ [SHARED]: { bytes: LIBRARIES[CUDA] } }));
    await using feed = await FakeFeed.start(PACKAGE);
    const { install, place } = await installation(feed.index);
    await install({ feeds: [down.index, feed.index] });
    feed.script({ status: 404 });
    const error = await errorOf(install({ force: true, feeds: [feed.index, forger.index] }));
    expect(error.message).toContain('No endpoint could give');
    expect(await readFile(place(SHARED))).toEqual(LIBRARIES[SHARED]);
  });

  it('needs a hash from somewhere', async () => {
    await using feed = await FakeFeed.start(PACKAGE, { catalogue: false });
    const { install } = await installation(feed.index);
    expect(await errorOf(install())).toMatchObject({ code: 'VISION_GPU_NO_DIGEST' });
    expect(await errorOf(install({ sha512: 'abc' }))).toMatchObject({ code: 'VISION_GPU_DIGEST_INVALID' });
    expect(await install({ sha512: sha512(PACKAGE) })).toMatchObject({ from: 'feed' });
    await using without = await FakeFeed.start(PACKAGE, {
      answer: (path) => (path.startsWith('/registration/') ? { status: 404 } : undefined),
    });
    expect(await errorOf(install({ force: true, feeds: [without.index] }))).toMatchObject({ code: 'VISION_GPU_NO_DIGEST' });
    expect(await install({ force: true, feeds: [without.index], sha512: sha512(PACKAGE) })).toMatchObject({ from: 'feed' });
  });

  it('believes the hash of the user before that of the feed', async () => {
    await using feed = await FakeFeed.start(PACKAGE);
    const error = await errorOf((await installation(feed.index)).install({ sha512: sha512(Buffer.from('another')) }));
    expect(error).toMatchObject({ code: 'VISION_GPU_FETCH_FAILED' });
    expect(feed.gets()).toEqual([]);
  });
});

describe('a package from the disk', () => {
  const onDisk = async (bytes: Buffer) => {
    const test = await installation('http://127.0.0.1:1/');
    const file = join(test.cache, 'brought.nupkg');
    await writeFile(file, bytes);
    return { ...test, file };
  };

  it('is installed without asking anybody, and stays', async () => {
    const { install, file, place } = await onDisk(PACKAGE);
    expect(await install({ file, sha512: createHash('sha512').update(PACKAGE).digest('base64') })).toMatchObject({ from: 'file' });
    expect(await readFile(place(CUDA))).toEqual(LIBRARIES[CUDA]);
    expect(await readFile(file)).toEqual(PACKAGE);
  });

  it('is refused when it is another one', async () => {
    const { install, file } = await onDisk(PACKAGE);
    expect(await errorOf(install({ file, sha512: sha512(Buffer.from('another')) }))).toMatchObject({ code: 'VISION_GPU_DIGEST_MISMATCH' });
  });

  it.each([
    ['is no archive', Buffer.from('hello'), 'end of central directory'],
    ['is cut', PACKAGE.subarray(0, PACKAGE.length - 100), 'end of central directory'],
    [
      'lacks a library',
      packageWith({ [CUDA]: { name: 'elsewhere.so' } }),
      'it has no runtimes/linux-x64/native/libonnxruntime_providers_cuda.so',
    ],
    ['has a wrong checksum', packageWith({ [SHARED]: { crc: 1 } }), 'the checksum of libonnxruntime_providers_shared.so is wrong'],
    ['has rubbish for a library', packageWith({ [SHARED]: { packed: Buffer.from('rubbish!') } }), 'cannot be unpacked'],
    ['has text for a library', packageWith({ [SHARED]: { bytes: Buffer.from('#!/bin/sh') } }), 'is no library'],
    ['leaves the archive by its name', packageWith({ [SHARED]: { name: '../../evil.so' } }), 'invalid relative path'],
  ])('is refused when it %s, and nothing changes', async (_, bytes, text) => {
    const { install, file, there, place } = await onDisk(bytes);
    const error = await errorOf(install({ file }));
    expect(error.code).toBe('VISION_GPU_PACKAGE_BROKEN');
    expect(error.message.toLowerCase()).toContain(text.toLowerCase());
    expect([there(CUDA), there(SHARED)]).toEqual([false, false]);
    expect(await readdir(place('.'))).toEqual([]);
  });

  it('is missing', async () => {
    const { install, cache } = await onDisk(PACKAGE);
    expect((await errorOf(install({ file: join(cache, 'not-there.nupkg') }))).message).toContain('there is no such file');
  });
});

describe('a machine that lacks something', () => {
  it('has no CUDA files for its platform', async () => {
    const error = await errorOf((await installation('http://127.0.0.1:1/', { platform: 'darwin/arm64' })).install());
    expect(error).toMatchObject({ code: 'VISION_GPU_UNSUPPORTED_PLATFORM' });
    expect(error.hint).toContain('webgpu:0');
  });

  it('lacks CUDA: nothing is fetched, unless checks are off', async () => {
    await using feed = await FakeFeed.start(PACKAGE);
    const { install } = await installation(feed.index);
    const libraries = {
      readCache: async () => ldconfig(['libcudart.so.12', 'libcublas.so.12', 'libcublasLt.so.12', 'libcufft.so.11']),
      env: {},
    };
    const error = await errorOf(install({ libraries }));
    expect(error.message).toContain('libcurand.so.10, libcudnn.so.9');
    expect(feed.requests).toEqual([]);
    expect(await install({ libraries, checks: false })).toMatchObject({ from: 'feed' });
  });

  it('has no room for the package, or for what is in it', async () => {
    await using feed = await FakeFeed.start(PACKAGE);
    const { install, there } = await installation(feed.index);
    const free = (...bytes: number[]) => ({ freeBytes: async () => bytes.shift() ?? 0 });
    expect(await errorOf(install({ seams: free(PACKAGE.length - 1) }))).toMatchObject({ code: 'VISION_GPU_NO_SPACE' });
    expect(feed.gets()).toEqual([]);
    expect(await errorOf(install({ seams: free(PACKAGE.length, 920_000 - 1) }))).toMatchObject({ code: 'VISION_GPU_NO_SPACE' });
    expect(there(CUDA)).toBe(false);
    await install({ seams: free(0, 920_000) });
    expect(feed.gets()).toHaveLength(1);
  });

  it.skipIf(process.getuid?.() === 0)('may not write into the folder (skipped for root, whom nothing stops)', async () => {
    await using feed = await FakeFeed.start(PACKAGE);
    const { install, place } = await installation(feed.index);
    await chmod(place('.'), 0o500);
    expect(await errorOf(install())).toMatchObject({ code: 'VISION_GPU_UNWRITABLE' });
  });

  it('stops when it is told to, and goes on later', async () => {
    await using feed = await FakeFeed.start(PACKAGE);
    const { install } = await installation(feed.index);
    const stop = new AbortController();
    feed.script({ stallAfter: 200_000 });
    const stopped = install({ signal: stop.signal, onProgress: ({ received }) => received >= 200_000 && stop.abort(new Error('stopped')) });
    await expect(stopped).rejects.toThrow('stopped');
    await install();
    expect(feed.gets().at(-1)?.headers.range).toBe('bytes=200000-');
  });

  it('has an onnxruntime-node that nobody knows', async () => {
    const runtimeFolder = await fakeRuntime('http://127.0.0.1:1/');
    const script = join(runtimeFolder, 'script/install-metadata.js');
    const wrong = async (text: string) => {
      const folder = await fakeRuntime('http://127.0.0.1:1/');
      await writeFile(join(folder, 'script/install-metadata.js'), text);
      return errorOf((await installation('', { runtimeFolder: folder })).install());
    };
    const good = await readFile(script, 'utf8');
    for (const text of [
      'throw new Error("no")',
      'module.exports = 1',
      good.replace('./libonnx', './../libonnx'),
      good.replace('"nuget","index"', '"other","index"'),
    ])
      expect(await wrong(text)).toMatchObject({ code: 'VISION_GPU_RUNTIME_NOT_UNDERSTOOD' });
  });
});
