import localChain from '../../../plugins/local-chain/src/index.ts';
import { type LoadedConfig, resolveConfig } from '../../src/host/config.ts';
import { validatorKey } from './support.ts';
import { toyPlugin } from './toy-plugin.ts';

/** Config of a miner on a local chain in `file`, with the toy model. The test's validator has 10,000 TAO. */
export function localMinerConfig(parts: {
  readonly file: string;
  readonly seed: string;
  readonly port?: number;
  readonly chain?: string;
  readonly nonces?: string;
}): LoadedConfig {
  const { file, seed, port = 0, chain = 'local-chain', nonces = ':memory:' } = parts;
  const options = { file, blockMs: 50, tempo: 20, weightsRateLimit: 0, genesisStake: { [validatorKey.address]: 10_000 } };
  const config = resolveConfig({
    plugins: [localChain(options), toyPlugin],
    chain,
    logLevel: 'silent',
    wallet: { seed },
    miner: { host: '127.0.0.1', port, drainMs: 5000, nonces },
  });
  return { config, folder: process.cwd() };
}

/** The options with which anybody else joins the same chain. */
export function chainOptions(file: string): object {
  return { file, blockMs: 50, tempo: 20, weightsRateLimit: 0, genesisStake: { [validatorKey.address]: 10_000 } };
}
