import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FakeChain } from '@vision-sdk/core/testing';
import { createWallet } from '@vision-sdk/neuron/host';
import { keypairFromUri } from '@vision-sdk/neuron/wire';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ExitCode } from '../src/index.ts';
import { temporaryFolder, vision } from './vision-command.ts';

const prompts = vi.hoisted(() => ({ confirm: vi.fn(), password: vi.fn(), isCancel: (answer: unknown) => typeof answer === 'symbol' }));
vi.mock('@clack/prompts', () => prompts);

/** `fixtures/coldkey.nacl` was made by Bittensor's Python from this key with this password. */
const OWNER = keypairFromUri('//Alice').address;
const PASSWORD = 'testpass1';
/** Opening a coldkey costs 512 MiB and some seconds by design. */
const SLOW = { timeout: 180_000 };

/** A plugin whose chain is the one that the test put on the global object, and which is not local: registering costs. */
const PLUGIN = `const schema = { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }), jsonSchema: { input: () => ({}), output: () => ({}) } } };
  const chains = [{ id: 'paid', connect: async () => globalThis.visionTestChain }];
  export default () => ({ '~vision': { kind: 'plugin', apiVersion: 1 }, name: 'vision-plugin-paid', version: '1.0.0', options: schema, requires: [], given: {}, contribute: () => ({ chains }) });`;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let config: string;
let coldkey: string;
let chain: FakeChain;

beforeAll(async () => {
  folder = await temporaryFolder();
  const path = join(folder.path, 'wallets');
  await createWallet({ path, name: 'sealed', hotkey: 'default' });
  coldkey = join(path, 'sealed', 'coldkey');
  await folder.file('paid.mjs', PLUGIN);
  config = await folder.file('vision.config.json', { plugins: ['./paid.mjs'], chain: 'paid', wallet: { path, name: 'sealed' } });
});
afterAll(() => folder[Symbol.asyncDispose]());

beforeEach(async () => {
  await copyFile(join(import.meta.dirname, 'fixtures/coldkey.nacl'), coldkey);
  chain = new FakeChain({ registrationCostRao: 1_250_000_000n });
  Object.assign(globalThis, { visionTestChain: chain });
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.resetAllMocks();
  Object.defineProperty(process.stdin, 'isTTY', { value: undefined, configurable: true });
});

const onTerminal = () => Object.defineProperty(process.stdin, 'isTTY', { value: true, configurable: true });
const register = (...flags: readonly string[]) => vision('chain', 'register', '--config', config, ...flags);
const registered = async () => (await chain.metagraph()).neurons;

describe('vision chain register, where it costs', () => {
  it('opens an encrypted coldkey with the password of a file, and pays nothing twice', SLOW, async () => {
    const file = await folder.file('password.txt', `${PASSWORD}\nanother line\n`);
    const { code, stdout, stderr } = await register('--yes', '--json', '--password-file', file);
    expect(code, stderr).toBe(ExitCode.ok);
    expect(JSON.parse(stdout)).toMatchObject({ uid: 0, status: 'included', coldkey: OWNER });
    expect(stderr).toContain('burns 1.25 TAO (the price at this moment');
    expect(`${stdout}${stderr}`).not.toContain(PASSWORD);
    const again = await register();
    expect(again).toMatchObject({ code: ExitCode.ok, stdout: expect.stringMatching(/uid 0 already; its owner is 5G/) });
  });

  it('says that the password is wrong, without repeating it', SLOW, async () => {
    vi.stubEnv('VISION_COLDKEY_PASSWORD', 'not the password');
    const { code, stdout, stderr } = await register('--yes');
    expect([code, stdout]).toEqual([ExitCode.chain, '']);
    expect(stderr).toMatch(/password does not open .*coldkey/);
    expect(stderr).not.toContain('not the password');
    expect(await registered()).toEqual([]);
  });

  it('asks on a terminal: first whether to pay, then for the password', SLOW, async () => {
    onTerminal();
    prompts.confirm.mockResolvedValue(true);
    prompts.password.mockResolvedValue(PASSWORD);
    expect((await register()).code).toBe(ExitCode.ok);
    expect(await registered()).toMatchObject([{ coldkey: OWNER }]);
    expect(prompts.confirm.mock.invocationCallOrder[0]).toBeLessThan(prompts.password.mock.invocationCallOrder[0] ?? 0);
  });

  it('asks without the price when the chain does not tell it', async () => {
    onTerminal();
    Object.defineProperty(chain, 'registrationCostRao', { value: undefined });
    prompts.confirm.mockResolvedValue(false);
    expect(await register()).toMatchObject({ stderr: expect.stringContaining('burns the price that the chain has at that moment') });
    expect(await registered()).toEqual([]);
  });

  it.each([
    ['no to paying', false],
    ['ctrl-C', Symbol('cancel')],
  ])('sends nothing on %s', async (_name, answer) => {
    onTerminal();
    prompts.confirm.mockResolvedValue(answer);
    expect(await register()).toMatchObject({ code: ExitCode.interrupted, stdout: '', stderr: expect.stringContaining('burns 1.25 TAO') });
    expect(prompts.password).not.toHaveBeenCalled();
    expect(await registered()).toEqual([]);
  });

  it.each([
    ['a yes', [], 'VISION_CLI_ANSWERS_NEEDED'],
    ['a password', ['--yes'], 'VISION_CLI_PASSWORD_NEEDED'],
  ])('wants %s where nobody can be asked', async (_name, flags, expected) => {
    const { code, stderr } = await register(...flags);
    expect([code, stderr.includes(expected)]).toEqual([ExitCode.usage, true]);
    expect(await registered()).toEqual([]);
  });

  it('asks nothing when the coldkey is not here, or only btcli opens it', async () => {
    onTerminal();
    await folder.file('wallets/sealed/coldkey', '$ANSIBLE_VAULT;1.1;AES256\n616263');
    expect(await register()).toMatchObject({ code: ExitCode.chain, stderr: expect.stringContaining('VISION_WALLET_ENCRYPTED') });
    await rm(coldkey);
    expect(await register()).toMatchObject({ code: ExitCode.chain, stderr: expect.stringContaining('VISION_WALLET_NOT_FOUND') });
    expect(prompts.confirm).not.toHaveBeenCalled();
  });
});

describe('vision wallet', () => {
  it('keeps a new coldkey encrypted, which list and show say', SLOW, async () => {
    const path = join(folder.path, 'new');
    const where = ['--path', path, '--name', 'mine'];
    vi.stubEnv('VISION_COLDKEY_PASSWORD', 'correct horse');
    const made = JSON.parse((await vision('wallet', 'new', '--json', '--password', ...where)).stdout);
    expect(made.coldkey).toMatchObject({ file: join(path, 'mine', 'coldkey'), mnemonic: expect.stringMatching(/^(\w+ ){11}\w+$/) });
    expect(JSON.parse((await vision('wallet', 'show', '--json', ...where)).stdout)).toMatchObject({
      address: made.hotkey.address,
      coldkey: { address: made.coldkey.address, secret: 'sealed' },
    });
    expect((await vision('wallet', 'show', ...where)).stdout).toContain(': encrypted');
  });

  it('lists how each coldkey is kept', async () => {
    const path = join(folder.path, 'kinds');
    await createWallet({ path, name: 'away', hotkey: 'a' });
    await createWallet({ path, name: 'plain', hotkey: 'b', keepColdkey: true });
    await mkdir(join(path, 'sealed'), { recursive: true });
    await copyFile(join(import.meta.dirname, 'fixtures/coldkey.nacl'), join(path, 'sealed', 'coldkey'));
    await mkdir(join(path, 'vault'), { recursive: true });
    await mkdir(join(path, 'empty'));
    await folder.file('kinds/notes.txt', 'no wallet');
    await folder.file('kinds/vault/coldkey', '$ANSIBLE_VAULT;1.1;AES256\n616263');
    const listed = JSON.parse((await vision('wallet', 'list', '--json', '--path', path)).stdout);
    expect(listed).toHaveLength(4);
    expect(listed).toMatchObject([
      { name: 'away', coldkeyPub: true, coldkeySecret: 'absent', hotkeys: [{ name: 'a' }] },
      { name: 'plain', coldkeyPub: true, coldkeySecret: 'plain' },
      { name: 'sealed', coldkeyPub: false, coldkeySecret: 'sealed', hotkeys: [] },
      { name: 'vault', coldkeyPub: false, coldkeySecret: 'encrypted' },
    ]);
    const { stdout } = await vision('wallet', 'list', '--path', path);
    expect(stdout).toMatch(/sealed +coldkey +unknown: coldkeypub\.txt is absent +encrypted\n/);
    expect(stdout).toMatch(/plain +coldkey +5\w+ +plain, without a password\n/);
  });

  it('makes nothing without the password it was told to use', async () => {
    const path = join(folder.path, 'nothing');
    expect(await vision('wallet', 'new', '--password', '--path', path)).toMatchObject({
      code: ExitCode.usage,
      stderr: expect.stringContaining('VISION_CLI_PASSWORD_NEEDED'),
    });
    expect(await vision('wallet', 'new', '--password', '--keep-coldkey', '--path', path)).toMatchObject({ code: ExitCode.usage });
    expect((await vision('wallet', 'list', '--path', path)).stdout).toContain('No wallet');
  });

  it('has a person type a new password twice', SLOW, async () => {
    onTerminal();
    prompts.password.mockResolvedValue('typed twice');
    await vision('wallet', 'new', '--password', '--path', join(folder.path, 'typed'));
    expect(prompts.password).toHaveBeenCalledTimes(2);
    const [, [again]] = prompts.password.mock.calls as [unknown, [{ validate(answer: string): string | undefined }]];
    expect([again.validate('typed twice'), again.validate('other'), again.validate('')]).toEqual([
      undefined,
      'That is another password.',
      'It may not be empty.',
    ]);
  });

  it('reveals the words of every old form, and only then', async () => {
    const phrase = 'bottom drive obey lake curtain smoke basket hold race lonely fit walk';
    const path = join(folder.path, 'old');
    await mkdir(join(path, 'w', 'hotkeys'), { recursive: true });
    for (const [name, content] of Object.entries({ bare: phrase, quoted: JSON.stringify(phrase), json: { secretPhrase: phrase } })) {
      await folder.file(`old/w/hotkeys/${name}`, content);
      const where = ['--path', path, '--name', 'w', '--hotkey', name];
      expect((await vision('wallet', 'show', ...where)).stdout).not.toContain('bottom');
      expect(JSON.parse((await vision('wallet', 'show', '--json', '--reveal', ...where)).stdout).secretPhrase).toBe(phrase);
    }
  });
});
