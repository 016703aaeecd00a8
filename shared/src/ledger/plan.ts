import { BrokenInvariant } from '../broken-invariant.ts';
import { MAX_MINOR_UNITS } from '../money.ts';
import { DIRECTION_OF, type OperationType, type WalletStatus } from '../operation.ts';
import type { RejectionCode } from '../rejection.ts';

/**
 * The rules of the ledger: operations and balances in, entries, balances and outcomes out. Pure: no clock, no database,
 * no package. What is decided here is final; the caller writes it down in one transaction.
 */

/** An operation to apply. `account` is its wallet's; `counterparty` the treasury's, or the receiving wallet's. */
export interface PlannedOperation {
  readonly id: string;
  readonly type: OperationType;
  readonly amount: bigint;
  readonly account: bigint;
  readonly counterparty: bigint;
  /** Whether its asset may move from wallet to wallet. */
  readonly transferable: boolean;
}

/** An account as read under its lock. Only a system account may go below zero. */
export interface Account {
  readonly id: bigint;
  readonly isSystem: boolean;
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

/** Where an account stands. */
export interface Standing {
  readonly balance: bigint;
  readonly version: bigint;
}

/** What came of one operation, and where its wallet, and the receiving one of a transfer, stand right after it. */
export interface Outcome {
  readonly operationId: string;
  readonly rejection: RejectionCode | null;
  readonly wallet: Standing;
  readonly receiver: Standing | null;
}

export interface Plan {
  readonly entries: readonly Entry[];
  /** Accounts with their balance and version after the plan; only those that moved. */
  readonly balances: readonly Account[];
  readonly outcomes: readonly Outcome[];
}

/**
 * Applies `operations` in the given order to `accounts`, which must hold every account they name.
 * @throws BrokenInvariant if an account is missing: the caller locked the wrong ones.
 */
export function plan(operations: readonly PlannedOperation[], accounts: ReadonlyMap<bigint, Account>): Plan {
  const current = new Map(accounts);
  const moved = new Set<bigint>();
  const entries: Entry[] = [];
  const outcomes: Outcome[] = [];

  for (const operation of operations) {
    const account = accountOf(current, operation.account);
    const counterparty = accountOf(current, operation.counterparty);
    const direction = DIRECTION_OF[operation.type];
    const [from, to] = direction === 'in' ? [counterparty, account] : [account, counterparty];
    const rejection = refuse(operation, from, to);
    if (rejection === null) {
      entries.push(
        move(current, operation.id, from, -operation.amount),
        move(current, operation.id, to, operation.amount),
      );
      moved.add(from.id).add(to.id);
    }
    outcomes.push({
      operationId: operation.id,
      rejection,
      wallet: standingOf(current, operation.account),
      receiver: direction === 'across' ? standingOf(current, operation.counterparty) : null,
    });
  }
  return { entries, balances: [...moved].map((id) => accountOf(current, id)), outcomes };
}

/** The first reason against an operation, in a fixed order; null if there is none. */
function refuse(operation: PlannedOperation, from: Account, to: Account): RejectionCode | null {
  if (DIRECTION_OF[operation.type] === 'across' && !operation.transferable) return 'asset_not_transferable';
  if (from.status === 'closed' || to.status === 'closed') return 'wallet_closed';
  if (from.status === 'frozen' || to.status === 'frozen') return 'wallet_frozen';
  if (!from.isSystem && from.balance < operation.amount) return 'insufficient_funds';
  if (to.balance + operation.amount > MAX_MINOR_UNITS) return 'balance_limit_exceeded';
  if (from.balance - operation.amount < -MAX_MINOR_UNITS) return 'balance_limit_exceeded';
  return null;
}

/** Changes the account's balance, and answers the entry of it. */
function move(accounts: Map<bigint, Account>, operationId: string, account: Account, amount: bigint): Entry {
  const after = { ...account, balance: account.balance + amount, version: account.version + 1n };
  accounts.set(account.id, after);
  return { operationId, account: account.id, amount, balance: after.balance, version: after.version };
}

function standingOf(accounts: ReadonlyMap<bigint, Account>, id: bigint): Standing {
  const { balance, version } = accountOf(accounts, id);
  return { balance, version };
}

function accountOf(accounts: ReadonlyMap<bigint, Account>, id: bigint): Account {
  const account = accounts.get(id);
  if (account === undefined) throw new BrokenInvariant(`account ${id} was not locked`);
  return account;
}
