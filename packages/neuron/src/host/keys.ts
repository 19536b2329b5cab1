// Keys need WebAssembly and a hundred modules, and most of what imports the host needs no key: what handles them is imported when it is called.
type Wallets = typeof import('./wallet.ts');
type Coldkeys = typeof import('./coldkey.ts');
type Identities = typeof import('./identity.ts');

/** The hotkey of a wallet. Throws VISION_WALLET errors that name the file. */
export const loadHotkey: Wallets['loadHotkey'] = async (wallet) => (await import('./wallet.ts')).loadHotkey(wallet);

/** The coldkey of a wallet, where it is kept without a password. Throws VISION_WALLET_ENCRYPTED otherwise. */
export const loadColdkey: Wallets['loadColdkey'] = async (wallet) => (await import('./wallet.ts')).loadColdkey(wallet);

/** The address of a wallet's coldkey; needs no secret. */
export const loadColdkeyPub: Wallets['loadColdkeyPub'] = async (wallet) => (await import('./wallet.ts')).loadColdkeyPub(wallet);

/** The wallets of a folder by name; empty when the folder does not exist. Reads no secrets. */
export const listWallets: Wallets['listWallets'] = async (path) => (await import('./wallet.ts')).listWallets(path);

/**
 * Makes a hotkey of 12 words, and a coldkey when the wallet is new. Files have mode 0600, folders 0700; nothing is ever overwritten.
 * The coldkey's secret is written only with `keepColdkey`, without a password: for development.
 */
export const createWallet: Wallets['createWallet'] = async (wallet) => (await import('./wallet.ts')).createWallet(wallet);

/**
 * The coldkey of a wallet, with its password where the file is encrypted as Bittensor does it (`$NACL`).
 * Takes some seconds and 512 MiB of memory by design. Throws VISION_WALLET errors; PASSWORD_WRONG for a wrong password.
 */
export const unlockColdkey: Coldkeys['unlockColdkey'] = async (wallet, password) =>
  (await import('./coldkey.ts')).unlockColdkey(wallet, password);

/**
 * Keeps a coldkey in its wallet, encrypted as Bittensor does it (`$NACL`), and returns the file. Costs what {@link unlockColdkey} costs.
 * Throws VISION_WALLET_EXISTS rather than to write over a key.
 */
export const sealColdkey: Coldkeys['sealColdkey'] = async (wallet, secret) => (await import('./coldkey.ts')).sealColdkey(wallet, secret);

/** The keys that the config names: those of a wallet, or of `wallet.seed`, which is its own coldkey. */
export const loadIdentity: Identities['loadIdentity'] = async (wallet) => (await import('./identity.ts')).loadIdentity(wallet);
