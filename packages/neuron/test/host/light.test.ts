import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';

it('importing the host loads no cryptography: a program that needs no key starts without', () => {
  const program = `
    import { createRequire } from 'node:module';
    const host = await import('@vision-sdk/neuron/host');
    const loaded = () => Object.keys(createRequire(import.meta.url).cache).some((file) => file.includes('wasm-crypto'));
    const before = loaded();
    await host.loadIdentity({ seed: '//Alice' });
    console.log(JSON.stringify([before, loaded()]));`;
  const flags = ['--conditions=@vision-sdk/source', '--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', program];
  expect(JSON.parse(execFileSync(process.execPath, flags, { cwd: import.meta.dirname, encoding: 'utf8' }))).toEqual([false, true]);
});
