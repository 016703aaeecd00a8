import { BrokenInvariant } from '@wallet/shared/broken-invariant';
import { applyPlan } from '@wallet/shared/database/apply-plan';
import { tryLockPartitions } from '@wallet/shared/database/locks';
import type { Client, Database } from '@wallet/shared/database/pool';
import { isBroken, isDataError } from '@wallet/shared/database/sqlstate';
import { type LockedAccount, lockAccounts } from '@wallet/shared/database/tables/accounts';
import { type PendingOperation, readPendingOperations } from '@wallet/shared/database/tables/pending-operations';
import { inTransaction } from '@wallet/shared/database/transaction';
import { type Outcome, type Plan, plan } from '@wallet/shared/ledger/plan';

/**
 * How a partition was left: with nothing pending, with perhaps more, untouched because somebody else drains it, or
 * untouched because its ledger or our code is wrong.
 */
export type PartitionState = 'empty' | 'more' | 'busy' | 'broken';

interface AppliedOperation {
  readonly operation: PendingOperation;
  readonly outcome: Outcome;
}

export interface Drain {
  readonly states: ReadonlyMap<number, PartitionState>;
  readonly applied: readonly AppliedOperation[];
  /** What is wrong with the broken partitions. */
  readonly faults: readonly { readonly partition: number; readonly error: unknown }[];
}

/**
 * Applies pending operations of the partitions in one transaction: at most `limit` in all, an equal share of it for each
 * partition, each partition in the order of acceptance. What was applied is committed when this returns.
 *
 * If the transaction fails because of its data, it is halved, first by partitions and then by operations, until the
 * operation at fault stands alone; that one fails with `internal_error` and the others go on. A partition whose ledger
 * breaks the law is left alone, and the others go on.
 * @throws the database's error if it is about anything else. Then nothing was applied, or, after a lost COMMIT, all of it:
 * either way the next drain finds in the queue what is left to do.
 */
export async function drainPartitions(
  database: Database,
  partitions: readonly number[],
  limit: number,
): Promise<Drain> {
  const [only, ...others] = partitions;
  const isOne = others.length === 0;
  try {
    return await drainOnce(database, partitions, limit, isOne && limit === 1);
  } catch (error) {
    if (!isDataError(error) && !isBroken(error)) throw error;
    if (isOne && only !== undefined && isBroken(error)) {
      return { states: new Map([[only, 'broken']]), applied: [], faults: [{ partition: only, error }] };
    }
    // Alone, an operation cannot fail because of its data: it is failed instead.
    if (isOne && limit === 1) throw error;
  }
  if (isOne) {
    const { states, ...half } = await drainPartitions(database, partitions, Math.ceil(limit / 2));
    return { ...half, states: new Map([...states].map(([each, state]) => [each, state === 'empty' ? 'more' : state])) };
  }
  const middle = Math.ceil(partitions.length / 2);
  const first = await drainPartitions(database, partitions.slice(0, middle), limit);
  const second = await drainPartitions(database, partitions.slice(middle), limit);
  return {
    states: new Map([...first.states, ...second.states]),
    applied: [...first.applied, ...second.applied],
    faults: [...first.faults, ...second.faults],
  };
}

/** One transaction. With `failing`, what cannot be written because of its data fails, and moves nothing. */
async function drainOnce(
  database: Database,
  partitions: readonly number[],
  limit: number,
  failing: boolean,
): Promise<Drain> {
  return inTransaction(database, async (client) => {
    // Each of these is a statement of its own, so that each sees what was committed before the one before it ended.
    const held = await tryLockPartitions(client, partitions);
    const share = Math.max(1, Math.floor(limit / Math.max(1, held.length)));
    const operations = held.length === 0 ? [] : await readPendingOperations(client, held, share);
    let applied: AppliedOperation[] = [];
    if (operations.length > 0) {
      applied = failing ? await applyOrFail(client, operations) : await apply(client, operations);
    }
    return { states: statesAfter(partitions, held, operations, share), applied, faults: [] };
  });
}

async function applyOrFail(client: Client, operations: readonly PendingOperation[]): Promise<AppliedOperation[]> {
  await client.query('SAVEPOINT before');
  try {
    return await apply(client, operations);
  } catch (error) {
    if (!isDataError(error)) throw error;
  }
  await client.query('ROLLBACK TO SAVEPOINT before');
  const accounts = await lockAccountsOf(client, operations);
  const planned: Plan = {
    entries: [],
    balances: [],
    outcomes: operations.map(({ id, walletId, toWalletId }) => ({
      operationId: id,
      rejection: 'internal_error',
      wallet: accounts.ofWallet(walletId),
      receiver: toWalletId === null ? null : accounts.ofWallet(toWalletId),
    })),
  };
  await applyPlan(client, { operations, before: new Map(), plan: planned });
  return pair(operations, planned);
}

async function apply(client: Client, operations: readonly PendingOperation[]): Promise<AppliedOperation[]> {
  const accounts = await lockAccountsOf(client, operations);
  const before = new Map(accounts.list.map((account) => [account.id, account]));
  const planned = plan(
    operations.map((operation) => ({
      id: operation.id,
      type: operation.type,
      amount: operation.amount,
      account: accounts.ofWallet(operation.walletId).id,
      counterparty: (operation.toWalletId ? accounts.ofWallet(operation.toWalletId) : accounts.treasuryOf(operation))
        .id,
      transferable: operation.transferable,
    })),
    before,
  );
  await applyPlan(client, { operations, before, plan: planned });
  return pair(operations, planned);
}

interface AccountsOfOperations {
  readonly list: readonly LockedAccount[];
  ofWallet(walletId: string): LockedAccount;
  treasuryOf(operation: PendingOperation): LockedAccount;
}

/** Locks every account that the operations can touch. */
async function lockAccountsOf(client: Client, operations: readonly PendingOperation[]): Promise<AccountsOfOperations> {
  const walletIds = new Set<string>();
  const treasuries = new Map<string, { assetId: number; partition: number }>();
  for (const { walletId, toWalletId, assetId, partition } of operations) {
    walletIds.add(walletId);
    if (toWalletId !== null) walletIds.add(toWalletId);
    else treasuries.set(treasuryKey(assetId, partition), { assetId, partition });
  }
  const list = await lockAccounts(client, [...walletIds], [...treasuries.values()]);
  const byKey = new Map(
    list.map((account) => [account.walletId ?? treasuryKey(account.assetId, account.partition), account]),
  );
  const get = (key: string): LockedAccount => {
    const account = byKey.get(key);
    if (account === undefined) throw new BrokenInvariant(`there is no account for ${key}`);
    return account;
  };
  return {
    list,
    ofWallet: get,
    treasuryOf: (operation) => get(treasuryKey(operation.assetId, operation.partition)),
  };
}

function treasuryKey(assetId: number, partition: number | null): string {
  return `treasury of asset ${assetId} in partition ${partition}`;
}

function pair(operations: readonly PendingOperation[], planned: Plan): AppliedOperation[] {
  return operations.map((operation, index) => {
    const outcome = planned.outcomes[index];
    if (outcome?.operationId !== operation.id)
      throw new BrokenInvariant(`operation ${operation.id} has no outcome in the plan`);
    return { operation, outcome };
  });
}

function statesAfter(
  partitions: readonly number[],
  held: readonly number[],
  operations: readonly PendingOperation[],
  share: number,
): Map<number, PartitionState> {
  const counts = new Map<number, number>();
  for (const { partition } of operations) counts.set(partition, (counts.get(partition) ?? 0) + 1);
  const isHeld = new Set(held);
  return new Map(
    partitions.map((partition) => {
      if (!isHeld.has(partition)) return [partition, 'busy'];
      return [partition, (counts.get(partition) ?? 0) < share ? 'empty' : 'more'];
    }),
  );
}
