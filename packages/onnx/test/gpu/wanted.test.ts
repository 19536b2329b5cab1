import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findLibraries, parseCache } from '../../src/gpu/libraries.ts';
import { wantedFiles } from '../../src/gpu/wanted.ts';
import { ldconfig } from './support.ts';

describe('the real onnxruntime-node', () => {
  it('tells which files it wants from which package, of its own version', () => {
    const wanted = wantedFiles({ platform: 'linux/x64' });
    expect(wanted).toMatchObject({
      kind: 'cuda12',
      package: { id: 'Microsoft.ML.OnnxRuntime.Gpu.Linux', version: wanted.runtimeVersion },
      feed: 'https://api.nuget.org/v3/index.json',
    });
    expect(wanted.files.map(({ name }) => name)).toEqual(['libonnxruntime_providers_cuda.so', 'libonnxruntime_providers_shared.so']);
    expect(wanted.folder).toMatch(/onnxruntime-node\/bin\/napi-v6\/linux\/x64$/);
  });

  it.each(['darwin/arm64', 'win32/x64', 'linux/arm64', 'sunos/x64'])('has none for %s', (platform) => {
    expect(() => wantedFiles({ platform })).toThrow(platform);
  });
});

describe('the libraries of CUDA', () => {
  it('are found in the cache of the linker, of the right word size', () => {
    const text = `${ldconfig(['libcudart.so.12'])}\tlibcudnn.so.9 (libc6) => /usr/lib32/libcudnn.so.9\n`;
    expect([...parseCache(text)]).toEqual([['libcudart.so.12', '/usr/lib/libcudart.so.12']]);
  });

  it('are found in LD_LIBRARY_PATH first', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'vision-libraries-'));
    await writeFile(join(folder, 'libcudnn.so.9'), '');
    const found = await findLibraries('cuda12', {
      readCache: async () => ldconfig(['libcudart.so.12', 'libcudnn.so.9']),
      env: { LD_LIBRARY_PATH: `/nowhere::${folder}` },
    });
    const paths = Object.fromEntries(found.map(({ name, path }) => [name, path]));
    expect(paths).toMatchObject({ 'libcudnn.so.9': join(folder, 'libcudnn.so.9'), 'libcudart.so.12': '/usr/lib/libcudart.so.12' });
    expect(paths['libcufft.so.11']).toBeUndefined();
    expect(found.filter(({ driver }) => driver).map(({ name }) => name)).toEqual(['libcuda.so.1']);
  });

  it('are looked for on this machine too, whatever it has', async () => {
    expect((await findLibraries('cuda12')).length).toBe(7);
  });
});
