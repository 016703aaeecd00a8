import { MAX_MINOR_UNITS } from '../money.ts';
import type { OperationType, WalletStatus } from '../operation.ts';
import type { RejectionCode } from '../rejection.ts';

/**
 * The rules of the ledger: operations and balances in, entries, balances and outcomes out. Pure: no clock, no database,
 * no package. What is decided here is final; the caller writes it down in one transaction.
 */

/** An operation to apply. `account` is its wallet's, `treasury` the system account on the other side. */
export interface PlannedOperation {
  readonly id: string;
  readonly type: OperationType;
  readonly amount: bigint;
  readonly account: bigint;
  readonly treasury: bigint;
}

/** An account as read under its lock. */
export interface Account {
  readonly id: bigint;
  readonly status: WalletStatus;
  readonly balance: bigint;
  readonly version: bigint;
}

/** One side of a movement; `balance` and `version` are the account's after it. */
export interface Entry {
  readonly operationId: string;
  readonly account: bigint;
  readonly amount: bigint;
  readonly balance: bigint;
  readonly version: bigint;
}

/** What came of one operation. `balance` and `version` are its wallet's right after it. */
export interface Outcome {
  readonly operationId: string;
  readonly rejection: RejectionCode | null;
  readonly balance: bigint;
  readonly version: bigint;
}

export interface Plan {
  readonly entries: readonly Entry[];
  /** Accounts with their balance and version after the plan; only those that moved. */
  readonly balances: readonly Account[];
  readonly outcomes: readonly Outcome[];
}

/**
 * Applies `operations` in the given order to `accounts`, which must hold every account they name.
 * @throws Error if an account is missing: the caller locked the wrong ones.
 */
export function plan(operations: readonly PlannedOperation[], accounts: ReadonlyMap<bigint, Account>): Plan {
  const current = new Map(accounts);
  const moved = new Set<bigint>();
  const entries: Entry[] = [];
  const outcomes: Outcome[] = [];

  for (const operation of operations) {
    const wallet = accountOf(current, operation.account);
    const treasury = accountOf(current, operation.treasury);
    const change = operation.type === 'deposit' ? operation.amount : -operation.amount;
    const rejection = refuse(wallet, treasury, change);
    if (rejection === null) {
      for (const [account, amount] of [
        [wallet, change],
        [treasury, -change],
      ] as const) {
        const after = { ...account, balance: account.balance + amount, version: account.version + 1n };
        current.set(after.id, after);
        moved.add(after.id);
        entries.push({
          operationId: operation.id,
          account: after.id,
          amount,
          balance: after.balance,
          version: after.version,
        });
      }
    }
    const { balance, version } = accountOf(current, operation.account);
    outcomes.push({ operationId: operation.id, rejection, balance, version });
  }
  return { entries, balances: [...moved].map((id) => accountOf(current, id)), outcomes };
}

/** The first reason against a change of the wallet's balance, in a fixed order; null if there is none. */
function refuse(wallet: Account, treasury: Account, change: bigint): RejectionCode | null {
  if (wallet.status === 'closed') return 'wallet_closed';
  if (wallet.status === 'frozen') return 'wallet_frozen';
  if (wallet.balance + change < 0n) return 'insufficient_funds';
  if (!isHeld(wallet.balance + change) || !isHeld(treasury.balance - change)) return 'balance_limit_exceeded';
  return null;
}

function isHeld(balance: bigint): boolean {
  return balance <= MAX_MINOR_UNITS && balance >= -MAX_MINOR_UNITS;
}

function accountOf(accounts: ReadonlyMap<bigint, Account>, id: bigint): Account {
  const account = accounts.get(id);
  if (account === undefined) throw new Error(`account ${id} was not locked`);
  return account;
}
