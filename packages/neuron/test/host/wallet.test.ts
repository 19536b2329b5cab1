import { chmod, mkdir, mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { explain, VisionError } from '@vision-sdk/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { createWallet, listWallets, loadColdkey, loadColdkeyPub, loadHotkey } from '../../src/host/wallet.ts';
import { keypairFromMnemonic, keypairFromSeed, keypairFromUri } from '../../src/wire/keypair.ts';
import { verifySignature } from '../../src/wire/signature.ts';

const PHRASE = 'bottom drive obey lake curtain smoke basket hold race lonely fit walk';
const ADDRESS = keypairFromMnemonic(PHRASE).address;
/** Substrate's development key: its secret as Bittensor's wallets write it, scalar and nonce. */
const ALICE = '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY';
const ALICE_PUBLIC = '0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d';
const ALICE_SECRET =
  '0x33a6f3093f158a7109f679410bef1a0c54168145e0cecb4df006c1c2fffb1f09925a225d97aa00682d6a59b95b18780c10d7032336e88f3442b42361f4a66011';
const SEED = `0x${'ab'.repeat(32)}`;

let path: string;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'vision-wallets-'));
});

async function hotkeyFile(content: string): Promise<{ path: string; name: string; hotkey: string }> {
  const folder = join(path, 'w', 'hotkeys');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'h'), content);
  return { path, name: 'w', hotkey: 'h' };
}

async function thrownBy(work: Promise<unknown>): Promise<VisionError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!VisionError.is(error)) throw new Error(`expected a VisionError, got ${String(error)}`);
  return error;
}

describe('a new wallet', () => {
  it('can be loaded and signs', async () => {
    const made = await createWallet({ path, name: 'w', hotkey: 'h' });
    const keypair = await loadHotkey({ path, name: 'w', hotkey: 'h' });
    expect(keypair.address).toBe(made.hotkey.address);
    expect(keypairFromMnemonic(made.hotkey.mnemonic).address).toBe(made.hotkey.address);
    expect(made.hotkey.mnemonic.split(' ')).toHaveLength(12);
    const message = Buffer.from('message');
    expect(verifySignature(message, keypair.sign(message), made.hotkey.address)).toBe(true);
  });

  it('writes the very text that json.dumps writes', async () => {
    const { hotkey } = await createWallet({ path, name: 'w', hotkey: 'h' });
    const text = await readFile(join(path, 'w', 'hotkeys', 'h'), 'utf8');
    const publicKey = `0x${Buffer.from(keypairFromMnemonic(hotkey.mnemonic).publicKey).toString('hex')}`;
    const { secretSeed } = JSON.parse(text) as { secretSeed: string };
    expect(keypairFromSeed(secretSeed).address).toBe(hotkey.address);
    expect(text).toBe(
      `{"accountId": "${publicKey}", "publicKey": "${publicKey}", "secretPhrase": "${hotkey.mnemonic}", "secretSeed": "${secretSeed}", "ss58Address": "${hotkey.address}"}`,
    );
  });

  it('is for its owner only', async () => {
    await createWallet({ path: join(path, 'deep', 'er'), name: 'w', hotkey: 'h', keepColdkey: true });
    const folder = join(path, 'deep', 'er', 'w');
    const modes = await Promise.all(
      [folder, join(folder, 'hotkeys'), join(folder, 'hotkeys', 'h'), join(folder, 'coldkey'), join(folder, 'coldkeypub.txt')].map(
        async (file) => (await stat(file)).mode & 0o777,
      ),
    );
    expect(modes).toEqual([0o700, 0o700, 0o600, 0o600, 0o600]);
    expect(await readdir(join(folder, 'hotkeys'))).toEqual(['h']);
  });

  it('keeps the secret of the coldkey only when asked to', async () => {
    const { coldkey } = await createWallet({ path, name: 'safe', hotkey: 'h' });
    expect((await thrownBy(loadColdkey({ path, name: 'safe' }))).code).toBe('VISION_WALLET_NOT_FOUND');
    expect(await loadColdkeyPub({ path, name: 'safe' })).toBe(coldkey?.address);
    expect(coldkey).not.toHaveProperty('file');
    const kept = await createWallet({ path, name: 'dev', hotkey: 'h', keepColdkey: true });
    expect((await loadColdkey({ path, name: 'dev' })).address).toBe(kept.coldkey?.address);
  });

  it('never overwrites: a second hotkey joins the wallet, the same name is refused', async () => {
    const first = await createWallet({ path, name: 'w', hotkey: 'h' });
    const second = await createWallet({ path, name: 'w', hotkey: 'other' });
    expect(second.coldkey).toBeUndefined();
    const before = await readFile(join(path, 'w', 'hotkeys', 'h'), 'utf8');
    expect((await thrownBy(createWallet({ path, name: 'w', hotkey: 'h' }))).code).toBe('VISION_WALLET_EXISTS');
    expect(await readFile(join(path, 'w', 'hotkeys', 'h'), 'utf8')).toBe(before);
    expect(await loadColdkeyPub({ path, name: 'w' })).toBe(first.coldkey?.address);
  });

  it('made twice at once exists once', async () => {
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => createWallet({ path, name: 'w', hotkey: 'h', keepColdkey: true })));
    const made = outcomes.filter((outcome) => outcome.status === 'fulfilled');
    expect(made).toHaveLength(1);
    expect((await loadHotkey({ path, name: 'w', hotkey: 'h' })).address).toBe(made[0]?.value.hotkey.address);
  });

  it.each(['..', '.', '', 'a/b', '../x', '.hidden', 'a\0b', 'x'.repeat(200)])('refuses the name %j', async (name) => {
    expect((await thrownBy(createWallet({ path, name, hotkey: 'h' }))).code).toBe('VISION_WALLET_NAME_INVALID');
    expect((await thrownBy(createWallet({ path, name: 'w', hotkey: name }))).code).toBe('VISION_WALLET_NAME_INVALID');
  });
});

describe('hotkey files of other versions', () => {
  it.each([
    [
      'JSON with seed and phrase',
      JSON.stringify({ accountId: '0x', secretPhrase: PHRASE, secretSeed: SEED }),
      keypairFromSeed(SEED).address,
    ],
    ['JSON with a phrase only', JSON.stringify({ secretPhrase: PHRASE, secretSeed: null, ss58Address: ADDRESS }), ADDRESS],
    [
      'JSON of newer wallets with a private key',
      JSON.stringify({ privateKey: '0x00', secretPhrase: PHRASE, ss58Address: ADDRESS }),
      ADDRESS,
    ],
    ['JSON with a private key only', JSON.stringify({ privateKey: ALICE_SECRET, ss58Address: ALICE }), ALICE],
    [
      'JSON with a private key without 0x and a public key',
      JSON.stringify({ privateKey: ALICE_SECRET.slice(2), publicKey: ALICE_PUBLIC }),
      ALICE,
    ],
    ['a seed without 0x inside JSON', JSON.stringify({ secretSeed: SEED.slice(2) }), keypairFromSeed(SEED).address],
    ['a bare mnemonic', `${PHRASE}\n`, ADDRESS],
    ['a bare seed', SEED, keypairFromSeed(SEED).address],
    ['a bare seed of digits', '1'.repeat(64), keypairFromSeed(`0x${'1'.repeat(64)}`).address],
    ['a mnemonic as a JSON string', JSON.stringify(PHRASE), ADDRESS],
  ])('%s', async (_name, content, address) => {
    expect((await loadHotkey(await hotkeyFile(content))).address).toBe(address);
  });
});

it('a key file with nothing but the expanded secret signs as the seed does', async () => {
  const message = new TextEncoder().encode('a message');
  const keypair = await loadHotkey(await hotkeyFile(JSON.stringify({ privateKey: ALICE_SECRET, ss58Address: ALICE })));
  expect(verifySignature(message, keypair.sign(message), ALICE)).toBe(true);
  expect(keypair.publicKey).toEqual(keypairFromUri('//Alice').publicKey);
});

describe('a bad wallet file', () => {
  const secretWord = 'lonely';
  it.each([
    ['INVALID', 'rubbish', 'not a key'],
    ['INVALID', 'nothing', ''],
    ['INVALID', 'an array', '[1,2]'],
    ['INVALID', 'null', 'null'],
    ['INVALID', 'no secret', JSON.stringify({ ss58Address: ADDRESS })],
    ['INVALID', 'a private key of another address', JSON.stringify({ privateKey: ALICE_SECRET, ss58Address: ADDRESS })],
    ['INVALID', 'a private key that is none', JSON.stringify({ privateKey: `0x${'11'.repeat(64)}`, ss58Address: ADDRESS })],
    ['INVALID', 'a scalar beyond the group', JSON.stringify({ privateKey: `0x${'ff'.repeat(64)}`, ss58Address: ALICE })],
    ['INVALID', 'a short private key', JSON.stringify({ privateKey: ALICE_SECRET.slice(0, -2), ss58Address: ALICE })],
    ['INVALID', 'a private key that is no hexadecimal', JSON.stringify({ privateKey: secretWord, ss58Address: ALICE })],
    ['INVALID', 'a private key without an address', JSON.stringify({ privateKey: ALICE_SECRET })],
    [
      'MISMATCH',
      'a public key beside another address',
      JSON.stringify({ privateKey: ALICE_SECRET, publicKey: ALICE_PUBLIC, ss58Address: ADDRESS }),
    ],
    ['INVALID', 'a number for a seed', JSON.stringify({ secretSeed: 5 })],
    ['INVALID', 'a short seed', JSON.stringify({ secretSeed: '0xabcdef0123' })],
    ['INVALID', 'a wrong checksum', `${PHRASE} ${secretWord}`],
    ['INVALID', 'a huge file', 'x'.repeat(100_000)],
    ['MISMATCH', 'another address', JSON.stringify({ secretSeed: SEED, ss58Address: ADDRESS })],
    ['ENCRYPTED', 'NaCl', '$NACLxxxx'],
    ['ENCRYPTED', 'Ansible', '$ANSIBLE_VAULT;1.1;AES256'],
    ['ENCRYPTED', 'Fernet', 'gAAAAABxyz'],
  ])('%s for %s, and no secret in the error', async (code, _name, content) => {
    const wallet = await hotkeyFile(content);
    const error = await thrownBy(loadHotkey(wallet));
    expect(error.code).toBe(`VISION_WALLET_${code}`);
    const everything = explain(error) + inspect(error, { depth: 10 }) + JSON.stringify(error.toJSON());
    expect(error.message).toContain(join(path, 'w', 'hotkeys', 'h'));
    for (const secret of [ALICE_SECRET.slice(2, 66), secretWord, 'abcdef0123', 'ab'.repeat(32), '11'.repeat(32)])
      expect(everything).not.toContain(secret);
  });

  it('missing: the error lists the hotkeys that are there', async () => {
    await createWallet({ path, name: 'w', hotkey: 'gpu-1' });
    const error = await thrownBy(loadHotkey({ path, name: 'w', hotkey: 'gpu-2' }));
    expect(error.code).toBe('VISION_WALLET_NOT_FOUND');
    expect(error.hint).toContain('gpu-1');
  });

  it('that is a folder is unreadable', async () => {
    await mkdir(join(path, 'w', 'hotkeys', 'h'), { recursive: true });
    expect((await thrownBy(loadHotkey({ path, name: 'w', hotkey: 'h' }))).code).toBe('VISION_WALLET_UNREADABLE');
  });

  it('a folder that is a file: nothing is written', async () => {
    await writeFile(join(path, 'w'), '');
    expect((await thrownBy(createWallet({ path, name: 'w', hotkey: 'h' }))).code).toMatch(/^VISION_WALLET_(NOT_WRITTEN|EXISTS)$/);
  });
});

describe('the list of wallets', () => {
  it('has addresses, no secrets, and no public key files', async () => {
    const a = await createWallet({ path, name: 'a', hotkey: 'one' });
    const b = await createWallet({ path, name: 'b', hotkey: 'two' });
    await writeFile(join(path, 'b', 'hotkeys', 'twopub.txt'), '{}');
    await writeFile(join(path, 'b', 'hotkeys', 'broken'), 'rubbish');
    await chmod(join(path, 'b', 'hotkeys', 'broken'), 0o600);
    expect(await listWallets(path)).toEqual([
      { name: 'a', coldkey: a.coldkey?.address, hotkeys: [{ name: 'one', address: a.hotkey.address }] },
      { name: 'b', coldkey: b.coldkey?.address, hotkeys: [{ name: 'broken' }, { name: 'two', address: b.hotkey.address }] },
    ]);
  });

  it('is empty where there is no folder', async () => {
    expect(await listWallets(join(path, 'none'))).toEqual([]);
  });
});
