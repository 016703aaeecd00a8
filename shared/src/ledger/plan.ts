import { BrokenInvariant } from '../words/broken-invariant.ts';
import { KINDS } from '../words/kinds.ts';
import type { OperationType } from '../words/operation.ts';
import type { RejectionCode } from '../words/rejection.ts';
import { type Account, type Standing, accountOf, move, refuseAmount, standingOf } from './account.ts';
import { Overlay } from './overlay.ts';
import { type Hold, type Leg, type Original, type Terms, demandOf, originalOf, sumOf } from './terms.ts';

/**
 * The rules of the ledger: operations and balances in; movements, balances and outcomes out. Pure: no clock, no
 * database, no package. Its decisions are final; the caller writes them in one transaction.
 */

/** An operation to apply. */
export interface PlannedOperation {
  readonly id: string;
  readonly type: OperationType;
  /** Null if it is everything that is left of its target, and for a posting. */
  readonly amount: bigint | null;
  /** Its wallet's account. */
  readonly account: bigint;
  /** The treasury's account, or the receiving wallet's. Unused for operations with terms, which name their accounts. */
  readonly counterparty: bigint;
  /** Whether its asset may move between wallets. */
  readonly transferable: boolean;
  /** Whether it was cancelled while it was pending. */
  readonly cancelled: boolean;
  /** The operations that succeed or fail together: those of one unit are adjacent and share one outcome. */
  readonly unit: string | null;
  /** Null for the simple kinds, which move their amount once between their two accounts. */
  readonly terms: Terms | null;
}

/** A movement from one account to another, with the state of both after it. */
export interface Movement {
  readonly operationId: string;
  /** Its number among the movements of the operation. There is always a 0. */
  readonly leg: number;
  readonly amount: bigint;
  readonly from: Account;
  readonly to: Account;
}

/**
 * The outcome of one operation, and the state of its wallet, and of the receiving wallet of a transfer, right after it.
 */
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
  /** The holds that were created or changed, after the plan. */
  readonly holds: readonly Hold[];
  /** Reversed amounts after the plan, for each operation that was reversed, and how much a full reversal moves. */
  readonly reversed: readonly { readonly id: string; readonly amount: bigint; readonly reversed: bigint }[];
}

/** The state that operations are applied to. */
export interface Books {
  /** Every account that they name. */
  readonly accounts: ReadonlyMap<bigint, Account>;
  /**
   * By id, the holds that captures and releases name, and the operations that reversals name, if they have succeeded.
   */
  readonly holds: ReadonlyMap<string, Hold>;
  readonly originals: ReadonlyMap<string, Original>;
}

/**
 * Books that can be changed. `reversible` are the operations of the plan that its reversals name: null if there are
 * none.
 */
interface OpenBooks {
  readonly accounts: Map<bigint, Account>;
  readonly holds: Map<string, Hold>;
  readonly originals: Map<string, Original>;
  readonly reversible: ReadonlySet<string> | null;
}

/**
 * Applies `operations` in the given order to `books`. Later operations can capture, release or reverse what earlier
 * ones held or moved.
 * @throws BrokenInvariant if an account is missing: the caller locked the wrong ones.
 */
export function plan(operations: readonly PlannedOperation[], books: Books): Plan {
  const current: OpenBooks = {
    accounts: new Map(books.accounts),
    holds: new Overlay(books.holds),
    originals: new Overlay(books.originals),
    reversible: namedByReversals(operations),
  };
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
  const reversed = [...current.originals.values()].filter((original) => original.reversed > 0n);
  return {
    movements,
    reached: lastOf(movements),
    outcomes,
    holds: [...current.holds.values()],
    reversed: reversed.map((original) => ({ id: original.id, amount: sumOf(original), reversed: original.reversed })),
  };
}

function namedByReversals(operations: readonly PlannedOperation[]): ReadonlySet<string> | null {
  let named: Set<string> | null = null;
  for (const { terms } of operations) if (terms?.kind === 'reversal') (named ??= new Set()).add(terms.originalId);
  return named;
}

function lastOf(movements: readonly Movement[]): Plan['reached'] {
  const last = new Map<bigint, Plan['reached'][number]>();
  for (const { operationId, from, to } of movements) {
    last.set(from.id, { account: from, operationId });
    last.set(to.id, { account: to, operationId });
  }
  return [...last.values()];
}

/** The index after the last operation of the unit that begins at `start`. */
function endOfUnit(operations: readonly PlannedOperation[], start: number): number {
  const unit = operations[start]?.unit ?? null;
  let end = start + 1;
  while (unit !== null && operations[end]?.unit === unit) end += 1;
  return end;
}

type Done = Pick<Plan, 'movements' | 'outcomes'>;

/**
 * Applies all of them or, if one is rejected, none: then that one has its reason, and the others `other_line_failed`.
 */
function applyTogether(unit: readonly PlannedOperation[], current: OpenBooks): Done {
  const accounts = new Overlay(current.accounts);
  const holds = new Overlay(current.holds);
  const originals = new Overlay(current.originals);
  const tried = applyInOrder(unit, { accounts, holds, originals, reversible: current.reversible });
  if (tried.outcomes.every((outcome) => outcome.rejection === null)) {
    accounts.commitTo(current.accounts);
    holds.commitTo(current.holds);
    originals.commitTo(current.originals);
    return tried;
  }
  const outcomes = unit.map((operation, index) =>
    outcomeOf(operation, tried.outcomes[index]?.rejection ?? 'other_line_failed', current.accounts),
  );
  return { movements: [], outcomes };
}

/** Each of them sees the effects of those before it. Changes `books`. */
function applyInOrder(operations: readonly PlannedOperation[], books: OpenBooks): Done {
  const movements: Movement[] = [];
  const outcomes: Outcome[] = [];
  for (const operation of operations) {
    const rejection =
      operation.terms === null
        ? applySimple(operation, books, movements)
        : applyTerms(operation, operation.terms, books, movements);
    outcomes.push(outcomeOf(operation, rejection, books.accounts));
  }
  return { movements, outcomes };
}

/** Moves the amount between the wallet and its counterparty. @returns the reason if it is rejected, otherwise null. */
function applySimple(operation: PlannedOperation, books: OpenBooks, movements: Movement[]): RejectionCode | null {
  const { id: operationId, amount } = operation;
  const { accounts, reversible } = books;
  if (amount === null) throw new BrokenInvariant(`operation ${operationId} has no amount`);
  const account = accountOf(accounts, operation.account);
  const counterparty = accountOf(accounts, operation.counterparty);
  const [from, to] = KINDS[operation.type].to === 'wallet' ? [counterparty, account] : [account, counterparty];
  const rejection = refuse(operation, amount, from, to);
  if (rejection !== null) return rejection;
  movements.push({ operationId, leg: 0, amount, from: move(accounts, from, -amount), to: move(accounts, to, amount) });
  if (reversible?.has(operationId)) {
    books.originals.set(operationId, originalOf(operationId, [{ from: from.id, to: to.id, amount }]));
  }
  return null;
}

/**
 * Moves all legs, each seeing the effects of those before it, or none if one is rejected. @returns as `applySimple`
 * does.
 */
function applyTerms(
  operation: PlannedOperation,
  terms: Terms,
  books: OpenBooks,
  movements: Movement[],
): RejectionCode | null {
  if (operation.cancelled) return 'cancelled';
  const demand = demandOf(operation, terms, books);
  if (typeof demand === 'string') return demand;
  const accounts = new Overlay(books.accounts);
  const made: Movement[] = [];
  for (const each of demand.legs) {
    const { leg, amount } = each;
    const from = accountOf(accounts, each.from);
    const to = accountOf(accounts, each.to);
    const own = accountOf(accounts, operation.account);
    const rejection = refuseLeg(each, { from, to, own, kind: terms.kind });
    if (rejection !== null) return rejection;
    const moved = { from: move(accounts, from, -amount), to: move(accounts, to, amount) };
    made.push({ operationId: operation.id, leg, amount, ...moved });
  }
  accounts.commitTo(books.accounts);
  if (demand.hold !== undefined) books.holds.set(demand.hold.id, demand.hold);
  if (demand.original !== undefined) books.originals.set(demand.original.id, demand.original);
  movements.push(...made);
  return null;
}

function outcomeOf(
  operation: PlannedOperation,
  rejection: RejectionCode | null,
  accounts: ReadonlyMap<bigint, Account>,
): Outcome {
  const receiver = receiverOf(operation, accounts);
  return {
    operationId: operation.id,
    rejection,
    wallet: standingOf(accounts, operation.account),
    receiver: receiver === null ? null : standingOf(accounts, receiver),
  };
}

/** The account of the wallet that receives a transfer or a capture; null if there is none. */
function receiverOf({ type, counterparty, terms }: PlannedOperation, accounts: Books['accounts']): bigint | null {
  if (terms === null) return KINDS[type].to === 'receiver' ? counterparty : null;
  return terms.kind === 'capture' && !accountOf(accounts, terms.to).isSystem ? terms.to : null;
}

/** The first reason to reject an operation of a simple kind, in a fixed order; null if there is none. */
function refuse(operation: PlannedOperation, amount: bigint, from: Account, to: Account): RejectionCode | null {
  if (operation.cancelled) return 'cancelled';
  if (KINDS[operation.type].rule === 'asset_transferable' && !operation.transferable) return 'asset_not_transferable';
  if (from.status === 'closed' || to.status === 'closed') return 'wallet_closed';
  if (from.status === 'frozen' || to.status === 'frozen') return 'wallet_frozen';
  return refuseAmount(amount, from, to);
}

/**
 * The first reason to reject a leg, in the same order. A capture also checks the hold's wallet, from which nothing
 * moves.
 */
function refuseLeg(
  leg: Leg,
  { from, to, own, kind }: { from: Account; to: Account; own: Account; kind: Terms['kind'] },
): RejectionCode | null {
  const asked = kind === 'capture' ? [from, to, own] : [from, to];
  if (!leg.transferable && !from.isSystem && !to.isSystem) return 'asset_not_transferable';
  if (asked.some(({ status }) => status === 'closed')) return 'wallet_closed';
  // The held amount of a frozen wallet may go back to it.
  if (kind !== 'release' && asked.some(({ status }) => status === 'frozen')) return 'wallet_frozen';
  return refuseAmount(leg.amount, from, to);
}
