import { BrokenInvariant } from '../words/broken-invariant.ts';
import { MAX_MINOR_UNITS } from '../words/money.ts';
import type { WalletStatus } from '../words/operation.ts';
import type { RejectionCode } from '../words/rejection.ts';

/**
 * An account as read under its lock. A wallet may go below zero down to its credit limit; a system account (the
 * treasury, or another house account) only if it may go negative, and only a system account may exceed the limit of a
 * wallet.
 */
export interface Account {
  readonly id: bigint;
  readonly isSystem: boolean;
  readonly mayGoNegative: boolean;
  readonly status: WalletStatus;
  readonly balance: bigint;
  readonly creditLimit: bigint;
  readonly version: bigint;
}

/** The state of an account. */
export interface Standing {
  readonly balance: bigint;
  readonly version: bigint;
}

/** Why the amount cannot leave one account or arrive at the other; null if it can. */
export function refuseAmount(amount: bigint, from: Account, to: Account): RejectionCode | null {
  if (!from.mayGoNegative && from.balance + from.creditLimit < amount) return 'insufficient_funds';
  if (!to.isSystem && to.balance + amount > MAX_MINOR_UNITS) return 'balance_limit_exceeded';
  return null;
}

/** Changes the account's balance. @returns the account after it. */
export function move(accounts: Map<bigint, Account>, account: Account, amount: bigint): Account {
  // Field by field: this runs twice for every operation, and a spread would copy whatever else the caller keeps there.
  const after: Account = {
    id: account.id,
    isSystem: account.isSystem,
    mayGoNegative: account.mayGoNegative,
    status: account.status,
    balance: account.balance + amount,
    creditLimit: account.creditLimit,
    version: account.version + 1n,
  };
  accounts.set(account.id, after);
  return after;
}

export function standingOf(accounts: ReadonlyMap<bigint, Account>, id: bigint): Standing {
  const { balance, version } = accountOf(accounts, id);
  return { balance, version };
}

/** @throws BrokenInvariant if the account is missing: the caller locked the wrong ones. */
export function accountOf(accounts: ReadonlyMap<bigint, Account>, id: bigint): Account {
  const account = accounts.get(id);
  if (account === undefined) throw new BrokenInvariant(`account ${id} was not locked`);
  return account;
}
