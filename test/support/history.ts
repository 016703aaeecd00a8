import { auditDatabase } from '@wallet/shared/database/audit';
import type { Database } from '@wallet/shared/database/pool';
import type { OperationType } from '@wallet/shared/words/operation';
import type { Request } from './load.ts';
import { createModel } from './model.ts';

interface Recorded {
  id: string;
  seq: bigint;
  walletId: string;
  type: OperationType;
  amount: bigint;
  key: string | null;
  status: string | null;
  walletBalance: bigint;
  walletVersion: bigint;
}

/**
 * Compares what clients saw with the database: every request exactly once, every operation final, each wallet's
 * operations applied in an order that agrees with real time, with the outcomes, balances and versions of the model, and
 * a clean audit.
 */
export async function expectFaithfulHistory(database: Database, requests: readonly Request[]): Promise<void> {
  const wallets = [...new Set(requests.map((request) => request.wallet))];
  const { rows } = await database.query<Recorded>(
    `SELECT id, seq, operations.wallet_id AS "walletId", type, amount, idempotency_key AS key, status,
            wallet_balance AS "walletBalance", wallet_version AS "walletVersion"
     FROM operations LEFT JOIN outcomes ON operation_id = id
     WHERE wallet_id = ANY ($1) AND batch_id IS NULL ORDER BY seq`,
    [wallets],
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  const requestOf = new Map(requests.map((request) => [request.operationId, request]));
  expect(requestOf.size).toBe(requests.length);

  for (const request of requests) {
    const row = byId.get(request.operationId);
    if (
      row?.key !== request.key ||
      row.walletId !== request.wallet ||
      row.type !== request.type ||
      row.amount !== request.amount
    ) {
      throw new Error(`request ${request.key} is recorded as ${JSON.stringify(row, plainBigInts)}`);
    }
  }

  const model = createModel();
  const latestSent = new Map<string, number>();
  for (const row of rows) {
    const request = requestOf.get(row.id);
    if (request === undefined) throw new Error(`operation ${row.id} was asked for by nobody, or twice`);
    const before = latestSent.get(row.walletId) ?? 0;
    if (request.answeredAt < before)
      throw new Error(`operation ${row.id} stands behind one that was sent after its answer`);
    latestSent.set(row.walletId, Math.max(before, request.sentAt));

    const { rejection, wallet } = model.apply({ type: row.type, wallet: row.walletId, amount: row.amount });
    const expected = { status: rejection === null ? 'succeeded' : 'failed', ...wallet };
    if (
      row.status !== expected.status ||
      row.walletBalance !== expected.balance ||
      row.walletVersion !== expected.version
    ) {
      throw new Error(
        `operation ${row.id} is ${JSON.stringify(row, plainBigInts)}, the model says ${JSON.stringify(expected, plainBigInts)}`,
      );
    }
  }

  const accounts = await database.query<{ walletId: string; balance: bigint; version: bigint }>(
    'SELECT wallet_id AS "walletId", balance::bigint AS balance, version FROM accounts WHERE wallet_id = ANY ($1)',
    [wallets],
  );
  for (const { walletId, balance, version } of accounts.rows) {
    expect({ walletId, balance, version }).toEqual({ walletId, ...model.standingOf(walletId) });
  }

  const violations: unknown[] = [];
  await auditDatabase(database, (violation) => violations.push(violation));
  expect(violations).toEqual([]);
}

function plainBigInts(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
