import { VisionError } from '@vision-sdk/core';
import { z } from 'zod';
import { decodeAddress, isAddress } from '../wire/address.ts';
import { type Keypair, keypairFromMnemonic, keypairFromSecretKey, keypairFromSeed } from '../wire/keypair.ts';
import { fail } from './wallet-errors.ts';

const text = z.string().nullish();
/** What Bittensor writes, in any of its versions; other fields are passed over. */
const keyFile = z.object({ secretSeed: text, secretPhrase: text, privateKey: text, ss58Address: text, publicKey: text });

const ENCRYPTED = ['$NACL', '$ANSIBLE_VAULT', 'gAAAAA'];
const SEED = /^(0x)?[0-9a-fA-F]{64}$/;

/** The key in a wallet file: Bittensor's JSON, or the bare seed or mnemonic of old ones. Errors name the file and never its content. */
export function parseKey(file: string, content: string): Keypair {
  const body = content.trim();
  if (ENCRYPTED.some((start) => body.startsWith(start))) throw fail('ENCRYPTED', { file });
  const stored = toFields(file, body);
  const keypair = makeKeypair(file, stored);
  const stated = stored.ss58Address;
  if (stated && stated !== keypair.address) throw fail('MISMATCH', { file, address: keypair.address, stated: stated.slice(0, 64) });
  return keypair;
}

/** The address that a wallet file states, without touching its secret; undefined when it states none. */
export function statedAddress(content: string): string | undefined {
  const json = parseJson(content.trim());
  const parsed = keyFile.safeParse(json);
  const stated = parsed.success ? parsed.data.ss58Address : undefined;
  return stated && isAddress(stated) ? stated : undefined;
}

/** A key as Bittensor's Python writes it, byte for byte (`json.dumps`). Without secrets it is a public key file. */
export function renderKey(keypair: Keypair, secret?: { readonly phrase: string; readonly seed: Uint8Array }): string {
  const publicKey = `0x${Buffer.from(keypair.publicKey).toString('hex')}`;
  const fields = {
    accountId: publicKey,
    publicKey,
    secretPhrase: secret?.phrase ?? null,
    secretSeed: secret === undefined ? null : `0x${Buffer.from(secret.seed).toString('hex')}`,
    ss58Address: keypair.address,
  };
  return `{${Object.entries(fields)
    .map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`)
    .join(', ')}}`;
}

type Fields = z.output<typeof keyFile>;

function toFields(file: string, body: string): Fields {
  const json = parseJson(body);
  const bare = typeof json === 'string' ? json.trim() : json === undefined || typeof json === 'number' ? body : undefined;
  if (bare !== undefined) return SEED.test(bare) ? { secretSeed: bare } : { secretPhrase: bare };
  const parsed = keyFile.safeParse(json);
  if (!parsed.success) throw fail('INVALID', { file, reason: 'it is neither a key of Bittensor nor a seed nor a mnemonic' });
  return parsed.data;
}

function makeKeypair(file: string, fields: Fields): Keypair {
  const { secretSeed, secretPhrase, privateKey } = fields;
  try {
    if (secretSeed) return keypairFromSeed(secretSeed.startsWith('0x') ? secretSeed : `0x${secretSeed}`);
    if (secretPhrase) return keypairFromMnemonic(secretPhrase);
    if (privateKey) return keypairFromSecretKey(fromHex(privateKey), statedPublicKey(fields));
  } catch (error) {
    // No cause: nothing of the secret may travel with the error.
    throw fail('INVALID', { file, reason: reasonOf(error) });
  }
  throw fail('INVALID', { file, reason: 'it has no secret' });
}

function statedPublicKey({ publicKey, ss58Address }: Fields): Uint8Array {
  if (publicKey) return fromHex(publicKey);
  return ss58Address && isAddress(ss58Address) ? decodeAddress(ss58Address) : new Uint8Array();
}

/** Empty for what is not hexadecimal. */
function fromHex(digits: string): Uint8Array {
  return new Uint8Array(/^(0x)?([0-9a-fA-F]{2})+$/.test(digits) ? Buffer.from(digits.replace(/^0x/, ''), 'hex') : []);
}

function reasonOf(error: unknown): string {
  const details = VisionError.is(error, 'VISION_WIRE_BAD_KEY')
    ? (error.details as { readonly kind?: string; readonly reason?: string })
    : {};
  return `its ${details.kind ?? 'secret'} is malformed${details.reason === undefined ? '' : `, ${details.reason}`}`;
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
