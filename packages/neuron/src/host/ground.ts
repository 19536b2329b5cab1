import type { Chain, Log } from '@vision-sdk/core';
import type { LoadedConfig } from './config.ts';
import { connectChain } from './connect-chain.ts';
import { Container, type Services, token } from './container.ts';
import { createDispatcher } from './dispatcher.ts';
import type { Dispatcher } from './dispatcher-types.ts';
import { type Identity, loadIdentity } from './identity.ts';
import { resolvePlugins } from './plugins.ts';
import { ensureRegistered } from './registration.ts';
import { createRegistry, type Registry } from './registry.ts';

/** The keys that a neuron signs with. */
export const IDENTITY = token<Promise<Identity>>('identity');
const REGISTRY = token<Promise<Registry>>('registry');
const CHAIN = token<Promise<Chain>>('chain');
const DISPATCHER = token<Promise<Dispatcher>>('dispatcher');

/** What a miner and a validator both stand on. */
export interface Ground {
  readonly registry: Registry;
  readonly identity: Identity;
  readonly chain: Chain;
  readonly dispatcher: Dispatcher;
}

/** Binds plugins, keys, chain and dispatcher of a config. Nothing is made before it is asked for. */
export function neuronServices({ config, folder, beside, registry }: LoadedConfig, log: Log): Container {
  return new Container()
    .bind(REGISTRY, async () => registry ?? createRegistry(await resolvePlugins(config, folder, beside)))
    .bind(IDENTITY, () => loadIdentity(config.wallet))
    .bind(CHAIN, async (services) => connectChain(await services.get(REGISTRY), config, log))
    .bind(DISPATCHER, async (services) => createDispatcher({ ...config, registry: await services.get(REGISTRY), log }));
}

/** Makes all of it and sees to the registration. Throws what the parts throw, and VISION_HOST_NOT_REGISTERED. */
export async function standOn(services: Services, { config }: LoadedConfig, log: Log): Promise<Ground> {
  // All are asked for before the first wait, so that whoever stands on them is disposed of before any of them.
  const needed = [services.get(REGISTRY), services.get(IDENTITY), services.get(CHAIN), services.get(DISPATCHER)] as const;
  const [registry, identity, chain, dispatcher] = await Promise.all(needed);
  const definition = registry.chains.get(config.chain) ?? { id: config.chain };
  await ensureRegistered(chain, identity, { definition, log });
  return { registry, identity, chain, dispatcher };
}
