import { BrokenInvariant } from '../words/broken-invariant.ts';
import { KINDS } from '../words/kinds.ts';
import { MAX_MINOR_UNITS } from '../words/money.ts';
import type { OperationType, WalletStatus } from '../words/operation.ts';
import type { RejectionCode } from '../words/rejection.ts';

/**
 * The rules of the ledger: operations and balances in, movements, balances and outcomes out. Pure: no clock, no database,
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
  /** Whether somebody called it off while it waited. */
  readonly cancelled: boolean;
  /** What it succeeds or fails together with: the operations of a unit stand together, and get one fate. */
  readonly unit: string | null;
}

/**
 * An account as read under its lock. A wallet may go below zero as far as its credit limit, and no further; only a system account
 * may go above the limit of a wallet.
 */
export interface Account {
  readonly id: bigint;
  readonly isSystem: boolean;
  readonly status: WalletStatus;
  readonly balance: bigint;
  readonly creditLimit: bigint;
  readonly version: bigint;
}

/** What an operation moves from one account to another, with both of them as they are after it. */
export interface Movement {
  readonly operationId: string;
  readonly amount: bigint;
  readonly from: Account;
  readonly to: Account;
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
  readonly movements: readonly Movement[];
  /** Accounts after the plan, with the last operation that moved each; only those that moved. */
  readonly reached: readonly { readonly account: Account; readonly operationId: string }[];
  readonly outcomes: readonly Outcome[];
}

/**
 * Applies `operations` in the given order to `accounts`, which must hold every account they name.
 * @throws BrokenInvariant if an account is missing: the caller locked the wrong ones.
 */
export function plan(operations: readonly PlannedOperation[], accounts: ReadonlyMap<bigint, Account>): Plan {
  const current = new Map(accounts);
  const movements: Movement[] = [];
  const outcomes: Outcome[] = [];
  for (let start = 0; start < operations.length;) {
    const end = endOfUnit(operations, start);
    const unit = operations.slice(start, end);
    const done = unit.length > 1 ? applyTogether(unit, current) : applyInOrder(unit, current);
    movements.push(...done.movements);
    outcomes.push(...done.outcomes);
    start = end;
  }
  return { movements, reached: lastOf(movements), outcomes };
}

function lastOf(movements: readonly Movement[]): Plan['reached'] {
  const last = new Map<bigint, Plan['reached'][number]>();
  for (const { operationId, from, to } of movements) {
    last.set(from.id, { account: from, operationId });
    last.set(to.id, { account: to, operationId });
  }
  return [...last.values()];
}

/** Behind the last of the operations that share the fate of the one at `start`. */
function endOfUnit(operations: readonly PlannedOperation[], start: number): number {
  const unit = operations[start]?.unit ?? null;
  let end = start + 1;
  while (unit !== null && operations[end]?.unit === unit) end += 1;
  return end;
}

type Done = Pick<Plan, 'movements' | 'outcomes'>;

/** All of them, or, if one is refused, none: then that one has its reason, and the others that another failed. */
function applyTogether(unit: readonly PlannedOperation[], current: Map<bigint, Account>): Done {
  const ids = unit.flatMap((operation) => [operation.account, operation.counterparty]);
  const trial = new Map(ids.map((id) => [id, accountOf(current, id)]));
  const tried = applyInOrder(unit, trial);
  if (tried.outcomes.every((outcome) => outcome.rejection === null)) {
    for (const [id, account] of trial) current.set(id, account);
    return tried;
  }
  const outcomes = unit.map((operation, index) =>
    outcomeOf(operation, tried.outcomes[index]?.rejection ?? 'other_line_failed', current),
  );
  return { movements: [], outcomes };
}

/** Each of them sees what those before it did. Changes `current`. */
function applyInOrder(operations: readonly PlannedOperation[], current: Map<bigint, Account>): Done {
  const movements: Movement[] = [];
  const outcomes: Outcome[] = [];
  for (const operation of operations) {
    const account = accountOf(current, operation.account);
    const counterparty = accountOf(current, operation.counterparty);
    const [from, to] = KINDS[operation.type].to === 'wallet' ? [counterparty, account] : [account, counterparty];
    const rejection = refuse(operation, from, to);
    if (rejection === null) {
      const { id: operationId, amount } = operation;
      movements.push({ operationId, amount, from: move(current, from, -amount), to: move(current, to, amount) });
    }
    outcomes.push(outcomeOf(operation, rejection, current));
  }
  return { movements, outcomes };
}

function outcomeOf(
  operation: PlannedOperation,
  rejection: RejectionCode | null,
  accounts: ReadonlyMap<bigint, Account>,
): Outcome {
  return {
    operationId: operation.id,
    rejection,
    wallet: standingOf(accounts, operation.account),
    receiver: KINDS[operation.type].to === 'receiver' ? standingOf(accounts, operation.counterparty) : null,
  };
}

/** The first reason against an operation, in a fixed order; null if there is none. */
function refuse(operation: PlannedOperation, from: Account, to: Account): RejectionCode | null {
  if (operation.cancelled) return 'cancelled';
  if (KINDS[operation.type].rule === 'asset_transferable' && !operation.transferable) return 'asset_not_transferable';
  if (from.status === 'closed' || to.status === 'closed') return 'wallet_closed';
  if (from.status === 'frozen' || to.status === 'frozen') return 'wallet_frozen';
  if (!from.isSystem && from.balance + from.creditLimit < operation.amount) return 'insufficient_funds';
  if (!to.isSystem && to.balance + operation.amount > MAX_MINOR_UNITS) return 'balance_limit_exceeded';
  return null;
}

/** Changes the account's balance. @returns the account after it. */
function move(accounts: Map<bigint, Account>, account: Account, amount: bigint): Account {
  // Field by field: this is done twice for every operation, and a spread would copy whatever else the caller keeps there.
  const after: Account = {
    id: account.id,
    isSystem: account.isSystem,
    status: account.status,
    balance: account.balance + amount,
    creditLimit: account.creditLimit,
    version: account.version + 1n,
  };
  accounts.set(account.id, after);
  return after;
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
