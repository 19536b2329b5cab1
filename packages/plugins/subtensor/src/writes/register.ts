import type { Hotkey, Receipt, Signer } from '@vision-sdk/core';
import { toNumber } from '../connection/state.ts';
import { fail } from '../errors.ts';
import { readBurn } from '../reads/hyperparameters.ts';
import { type CallContext, type Now, now, send, waitForBlock } from './context.ts';

/** The chain takes at most this many times its target of registrations in an interval. */
const TARGET_FACTOR = 3;

/** Registers a hotkey by burning the subnet's price; waits while the subnet has taken its fill of registrations. */
export async function register(
  context: CallContext,
  { coldkey, hotkey }: { readonly coldkey: Signer; readonly hotkey: Hotkey },
): Promise<Receipt> {
  const { netuid } = context;
  checkAddress(context, hotkey);
  const found = await now(context);
  if (await isRegistered(context, found, { coldkey: coldkey.address, hotkey })) return { block: found.head.number, status: 'unchanged' };
  await checkAffordable(context, found, coldkey.address);
  await waitForRoom(context, found);
  return send(context, { name: 'burnedRegister', args: [netuid, hotkey], signer: coldkey });
}

function checkAddress({ connection: { api } }: CallContext, address: string): void {
  try {
    api.createType('AccountId32', address);
  } catch (cause) {
    throw fail('ADDRESS_INVALID', { address }, { cause });
  }
}

async function isRegistered(
  { netuid }: CallContext,
  { state }: Now,
  { coldkey, hotkey }: { readonly coldkey: string; readonly hotkey: string },
): Promise<boolean> {
  const [uid, [owner]] = await Promise.all([state.get('uids', netuid, hotkey), state.many('owner', [[hotkey]])]);
  if (uid !== null && owner !== coldkey) throw fail('HOTKEY_OWNED', { hotkey, coldkey: String(owner) });
  return uid !== null;
}

async function checkAffordable({ netuid }: CallContext, { state }: Now, address: string): Promise<void> {
  const [price, free, open] = await Promise.all([
    readBurn(state, netuid),
    state.balance(address),
    state.getOr(true, 'networkRegistrationAllowed', netuid),
  ]);
  if (open === false) throw fail('REGISTRATION_CLOSED', { netuid, reason: 'registration is switched off' });
  if (free < price)
    throw fail('BALANCE_TOO_LOW', { address, reason: `registering costs ${toTao(price)} TAO, ${toTao(free)} TAO are free` });
}

/** Registrations are limited by block and by interval. */
async function waitForRoom(context: CallContext, { state, head }: Now): Promise<void> {
  const { netuid } = context;
  const read = async (item: string) => toNumber(await state.getOr(0, item, netuid));
  const [inBlock, mostInBlock, inInterval, target, adjusted, interval] = await Promise.all([
    read('registrationsThisBlock'),
    read('maxRegistrationsPerBlock'),
    read('registrationsThisInterval'),
    read('targetRegistrationsPerInterval'),
    read('lastAdjustmentBlock'),
    read('adjustmentInterval'),
  ]);
  const isFull = target > 0 && inInterval >= TARGET_FACTOR * target;
  const isBlockFull = mostInBlock > 0 && inBlock >= mostInBlock;
  const to = isFull ? Math.max(head.number + 1, adjusted + interval + 1) : head.number + (isBlockFull ? 1 : 0);
  await waitForBlock(context, 'burned_register', { from: head.number, to });
}

function toTao(rao: bigint): string {
  return (Number(rao) / 1e9).toFixed(4);
}
