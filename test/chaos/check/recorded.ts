import type { Database } from '@wallet/shared/database/pool';
import type { OperationType } from '@wallet/shared/words/operation';

/** An operation as the database holds it. */
export interface RecordedOperation {
  readonly id: string;
  /** The key that it was asked for under: that of its batch, if it is a line. */
  readonly key: string | null;
  /** Its place in the order of acceptance; a line has that of its batch, and then its own. */
  readonly seq: bigint;
  readonly line: number;
  readonly batchId: string | null;
  readonly type: OperationType;
  readonly wallet: string;
  readonly to: string | null;
  readonly amount: bigint;
  /** Null as long as there is none. */
  readonly status: string | null;
  readonly balance: bigint | null;
  readonly version: bigint | null;
  readonly toBalance: bigint | null;
  readonly toVersion: bigint | null;
  /** By the clock of the database. */
  readonly createdAt: Date;
  readonly completedAt: Date | null;
}

interface RecordedWallet {
  readonly id: string;
  readonly balance: bigint;
  readonly version: bigint;
  /** How far below zero it may go; the load does not change it. */
  readonly credit?: bigint;
}

export interface Recorded {
  /** In the order of acceptance. */
  readonly operations: readonly RecordedOperation[];
  readonly wallets: readonly RecordedWallet[];
}

/** Reads what came of everything, past the service. */
export async function readRecorded(database: Database): Promise<Recorded> {
  const operations = await database.query<RecordedOperation>(
    `SELECT operations.id, coalesce(batches.idempotency_key, operations.idempotency_key) AS key,
            coalesce(operations.seq, batches.seq) AS seq, coalesce(line, 0) AS line, batch_id AS "batchId", type,
            wallet_id AS wallet, to_wallet_id AS to, amount, status, wallet_balance AS balance, wallet_version AS version,
            to_wallet_balance AS "toBalance", to_wallet_version AS "toVersion",
            operations.created_at AS "createdAt", completed_at AS "completedAt"
     FROM operations LEFT JOIN outcomes ON operation_id = operations.id LEFT JOIN batches ON batches.id = batch_id
     ORDER BY 3, 4`,
  );
  const wallets = await database.query<RecordedWallet>(
    'SELECT wallet_id AS id, balance::bigint AS balance, version, credit_limit AS credit FROM accounts WHERE wallet_id IS NOT NULL',
  );
  return { operations: operations.rows, wallets: wallets.rows };
}
