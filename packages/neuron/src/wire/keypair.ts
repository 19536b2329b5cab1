import { inspect } from 'node:util';
import type { Hotkey, Signer } from '@vision-sdk/core';
import { encodeAddress } from './address.ts';
import { derive, parseKeyUri } from './derivation.ts';
import { fail } from './errors.ts';
import { miniSecretFromMnemonic } from './mnemonic.ts';
import { sr25519KeypairFromSeed, sr25519Sign, sr25519Verify, waitReady } from './wasm-crypto.ts';

await waitReady();

/** The highest byte of a scalar below the group's order. */
const TOP_OF_SCALAR = 0x10;
const PROBE = new Uint8Array(1);

/** An sr25519 key that signs at once. Its secret shows in no log, JSON or inspection. */
export interface Keypair extends Signer {
  /** SS58 address, format 42. */
  readonly address: Hotkey;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** 64-byte sr25519 signature (context `substrate`); random, never the same twice. */
  sign(message: Uint8Array): Uint8Array;
}

class Sr25519Keypair implements Keypair {
  readonly address: Hotkey;
  readonly publicKey: Uint8Array;
  readonly #secret: Uint8Array;

  constructor(pair: Uint8Array) {
    this.#secret = pair.slice(0, 64);
    this.publicKey = pair.slice(64, 96);
    this.address = encodeAddress(this.publicKey);
  }

  sign(message: Uint8Array): Uint8Array {
    return sr25519Sign(this.publicKey, this.#secret, message);
  }

  toString(): string {
    return `Keypair(${this.address})`;
  }

  toJSON(): { readonly address: string } {
    return { address: this.address };
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

/** The key of a 32-byte seed, given as bytes or as `0x` and 64 hexadecimal digits. Throws `VISION_WIRE_BAD_KEY`. */
export function keypairFromSeed(seed: Uint8Array | string): Keypair {
  return new Sr25519Keypair(sr25519KeypairFromSeed(seedBytes(seed)));
}

/** The key of a BIP-39 mnemonic, as Substrate and Bittensor's wallets make it. Throws `VISION_WIRE_BAD_KEY`. */
export function keypairFromMnemonic(words: string): Keypair {
  return keypairFromSeed(miniSecretFromMnemonic(words));
}

/**
 * The key of a secret URI: a mnemonic or `0x` seed, then junctions, `//hard` and `/soft`, then perhaps `///password`.
 * A URI that starts with `//` stands on Substrate's public development phrase: `//Alice`. Throws `VISION_WIRE_BAD_KEY`.
 */
export function keypairFromUri(uri: string): Keypair {
  const { phrase, junctions, password } = parseKeyUri(uri);
  const seed = phrase.startsWith('0x') ? seedBytes(phrase) : miniSecretFromMnemonic(phrase, password);
  return new Sr25519Keypair(derive(sr25519KeypairFromSeed(seed), junctions));
}

/**
 * The key of an expanded secret, 64 bytes (scalar and nonce) as Bittensor's newer wallets write it under `privateKey`, and of the
 * public key that goes with it. Throws `VISION_WIRE_BAD_KEY` when it does not.
 */
export function keypairFromSecretKey(secretKey: Uint8Array, publicKey: Uint8Array): Keypair {
  const reason = 'it is not the 64 bytes that belong to the public key beside it';
  if (secretKey.length !== 64 || publicKey.length !== 32 || (secretKey[31] ?? 0) > TOP_OF_SCALAR)
    throw fail('BAD_KEY', { kind: 'secret', reason });
  const keypair = new Sr25519Keypair(Uint8Array.of(...timesCofactor(secretKey.subarray(0, 32)), ...secretKey.subarray(32), ...publicKey));
  // Only the right secret signs what the public key verifies.
  if (!sr25519Verify(keypair.sign(PROBE), PROBE, publicKey)) throw fail('BAD_KEY', { kind: 'secret', reason });
  return keypair;
}

/** Eight times a little-endian scalar: the form in which Polkadot's cryptography takes it. */
function timesCofactor(scalar: Uint8Array): Uint8Array {
  return scalar.map((byte, index) => (byte << 3) | ((scalar[index - 1] ?? 0) >> 5));
}

function seedBytes(seed: Uint8Array | string): Uint8Array {
  if (typeof seed !== 'string') {
    if (seed.length === 32) return seed;
    throw fail('BAD_KEY', { kind: 'seed', reason: `it has ${seed.length} bytes, not 32` });
  }
  if (!/^0x[0-9a-fA-F]{64}$/.test(seed)) throw fail('BAD_KEY', { kind: 'seed', reason: 'it is not 0x and 64 hexadecimal digits' });
  return new Uint8Array(Buffer.from(seed.slice(2), 'hex'));
}
