import type { Chain, Neuron, Receipt, Signer } from '@vision-sdk/core';
import { type Identity, loadColdkey, loadColdkeyPub, loadIdentity, unlockColdkey } from '@vision-sdk/neuron/host';
import { fail } from '../errors.ts';
import { ExitCode } from '../exit-code.ts';
import { formatTao } from '../output/format.ts';
import { connectChain, openProject, type Project } from '../project.ts';
import type { Invocation } from '../tree/invocation.ts';
import { coldkeyState } from '../wallet/coldkey-state.ts';
import { canAsk, coldkeyPassword, givenPassword, type PasswordFlags } from '../wallet/password.ts';

const COMMAND = 'vision chain register';

/** Flags of `vision chain register`. */
export interface RegisterFlags extends PasswordFlags {
  readonly yes?: boolean;
}

/** What is registered on. */
interface At {
  readonly project: Project;
  readonly chain: Chain;
}
type Call = Pick<Invocation<RegisterFlags>, 'flags' | 'terminal'>;

/** `vision chain register`: the config's hotkey joins the subnet. Its coldkey signs and pays; where registering is free, the hotkey may own itself. */
export async function registerHotkey({ flags, terminal }: Invocation<RegisterFlags>): Promise<ExitCode> {
  const project = await openProject(flags);
  const identity = await loadIdentity(project.config.wallet);
  const { address } = identity.hotkey;
  await using chain = await connectChain(project);
  const { block, known } = await look(chain, address);
  const receipt: Receipt = known
    ? { status: 'unchanged', block }
    : await chain.register({ coldkey: await payingKey({ project, chain }, identity, { flags, terminal }), hotkey: address });
  const neuron = known ?? (await look(chain, address)).known;
  if (flags.json) terminal.json({ hotkey: address, uid: neuron?.uid, coldkey: neuron?.coldkey, ...receipt });
  else terminal.line(`${address} has uid ${neuron?.uid}${outcome(receipt)}${await foreignOwner(project, neuron)}`);
  return ExitCode.ok;
}

async function look(chain: Chain, address: string): Promise<{ readonly block: number; readonly known?: Neuron }> {
  const { block, neurons } = await chain.metagraph();
  const known = neurons.find(({ hotkey }) => hotkey === address);
  return { block: block.number, ...(known === undefined ? {} : { known }) };
}

function outcome({ status, block }: Receipt): string {
  return status === 'unchanged' ? ' already' : `, ${status} at block ${block}`;
}

/** Says so where the hotkey belongs to another coldkey than the wallet's. */
async function foreignOwner({ config: { wallet } }: Project, neuron: Neuron | undefined): Promise<string> {
  if (wallet.seed !== undefined || neuron === undefined || neuron.coldkey === neuron.hotkey) return '';
  const own = await loadColdkeyPub(wallet).catch(() => neuron.coldkey);
  return own === neuron.coldkey ? '' : `; its owner is ${neuron.coldkey}, not this wallet's coldkey`;
}

/** The key that signs and pays, after the user has agreed to pay. */
async function payingKey({ project, chain }: At, { hotkey, coldkey }: Identity, call: Call): Promise<Signer> {
  const { config, registry } = project;
  const { wallet } = config;
  if (registry.chains.get(config.chain)?.local === true) return coldkey ?? (await freeOwner(wallet, hotkey, call));
  // Says at once, before any question, when there is no coldkey here or one that only btcli opens.
  const isSealed = coldkey === undefined && (await coldkeyState(wallet)) === 'sealed';
  const open = isSealed ? undefined : (coldkey ?? (await loadColdkey(wallet)));
  const payer = open?.address ?? (await loadColdkeyPub(wallet).catch(() => `the coldkey of "${wallet.name}"`));
  await agree(`Registering ${hotkey.address} on subnet ${config.netuid} burns ${await priceOn(chain)} from ${payer}.`, call);
  return open ?? unlockColdkey(wallet, () => coldkeyPassword(call.flags, wallet.name));
}

/** The price as far as the chain tells it: it moves with each registration. */
async function priceOn(chain: Chain): Promise<string> {
  const rao = await chain.registrationCostRao?.();
  if (rao === undefined) return 'the price that the chain has at that moment, and a fee,';
  return `${formatTao(rao)} TAO (the price at this moment, which the call may find changed) and a fee`;
}

/** The hotkey itself, as neurons that start do it, unless the password of a sealed coldkey was given. */
async function freeOwner(wallet: Project['config']['wallet'], hotkey: Signer, { flags }: Call): Promise<Signer> {
  const password = (await coldkeyState(wallet)) === 'sealed' ? await givenPassword(flags) : undefined;
  return password === undefined ? hotkey : unlockColdkey(wallet, async () => password);
}

async function agree(price: string, { flags, terminal }: Call): Promise<void> {
  terminal.note(price);
  if (flags.yes === true) return;
  if (!canAsk(flags)) throw fail('ANSWERS_NEEDED', { command: COMMAND });
  const { confirm } = await import('@clack/prompts');
  if ((await confirm({ message: 'Register and pay?', initialValue: false, output: process.stderr })) !== true)
    throw fail('INTERRUPTED', { what: COMMAND });
}
