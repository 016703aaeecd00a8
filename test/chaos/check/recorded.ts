import type { Database } from '@wallet/shared/database/pool';
import type { OperationType } from '@wallet/shared/words/operation';
import type { RejectionCode } from '@wallet/shared/words/rejection';
import { type Move, TREASURY } from '../../support/model.ts';

/** What an operation has moved, and where that left both accounts. Accounts are named as in the model. */
export interface RecordedMove extends Move {
  readonly fromBalance: bigint;
  readonly fromVersion: bigint;
  readonly toBalance: bigint;
  readonly toVersion: bigint;
}

/** An operation as the database holds it. What does not belong to its type is null. */
export interface RecordedOperation {
  readonly id: string;
  /** The key that it was asked for under: that of its batch, if it is a line. */
  readonly key: string | null;
  /**
   * Its place in the order of acceptance; a line has that of its batch, and then its own. Null if it is scheduled, or was cancelled
   * when it was.
   */
  readonly seq: bigint | null;
  /** For when it was scheduled. */
  readonly executeAt: Date | null;
  readonly line: number;
  readonly batchId: string | null;
  readonly type: OperationType;
  readonly wallet: string;
  readonly to: string | null;
  readonly amount: bigint | null;
  /** Another operation that it names. */
  readonly target: string | null;
  /** The house account of a capture. */
  readonly house: string | null;
  readonly final: boolean | null;
  readonly reason: string | null;
  readonly expiresAt: Date | null;
  /** What a posting asks to move. */
  readonly legs: readonly Move[] | null;
  /** Null as long as there is none. */
  readonly status: string | null;
  readonly errorCode: RejectionCode | null;
  readonly balance: bigint | null;
  readonly version: bigint | null;
  readonly toBalance: bigint | null;
  readonly toVersion: bigint | null;
  /** By its legs. */
  readonly moves: readonly RecordedMove[];
  /** By the clock of the database. */
  readonly createdAt: Date;
  readonly completedAt: Date | null;
  /** The same in microseconds: those that wait for each other's locks have it in the order in which they got them. */
  readonly endedAt: bigint | null;
}

export interface RecordedAccount {
  readonly name: string;
  readonly owner: 'wallet' | 'held' | 'house';
  readonly balance: bigint;
  readonly version: bigint;
  /** How far below zero it may go, null as far as it likes; the load does not change it. */
  readonly credit: bigint | null;
}

export interface Recorded {
  /** In the order of acceptance, and then those without a place in it. */
  readonly operations: readonly RecordedOperation[];
  /** All treasuries are one. */
  readonly accounts: readonly RecordedAccount[];
}

/** Reads the outcome of everything from the database, past the service. */
export async function readRecorded(database: Database): Promise<Recorded> {
  const operations = await database.query<Omit<RecordedOperation, 'moves'>>(
    `SELECT operations.id, coalesce(batches.idempotency_key, operations.idempotency_key) AS key,
            coalesce(operations.seq, batches.seq) AS seq, coalesce(line, 0) AS line, batch_id AS "batchId", type,
            operations.wallet_id AS wallet, to_wallet_id AS to, amount, target_id AS target, house.system AS house, final, reason,
            expires_at AS "expiresAt", outcomes.status, error_code AS "errorCode", wallet_balance AS balance, wallet_version AS version,
            to_wallet_balance AS "toBalance", to_wallet_version AS "toVersion",
            operations.created_at AS "createdAt", execute_at AS "executeAt", completed_at AS "completedAt",
            (extract(epoch FROM completed_at) * 1000000)::bigint AS "endedAt"
     FROM operations LEFT JOIN outcomes ON operation_id = operations.id LEFT JOIN batches ON batches.id = batch_id
     LEFT JOIN operation_terms ON operation_terms.operation_id = operations.id
     LEFT JOIN accounts AS house ON house.id = to_account_id
     ORDER BY 3, 4`,
  );
  const legs = await readByOperation<Move>(
    database,
    'SELECT operation_id, leg, from_account_id, to_account_id, amount',
    {
      table: 'operation_legs',
    },
  );
  const moves = await readByOperation<RecordedMove>(
    database,
    `SELECT operation_id, leg, from_account_id, to_account_id, amount, from_balance::bigint AS "fromBalance",
            from_version AS "fromVersion", to_balance::bigint AS "toBalance", to_version AS "toVersion"`,
    { table: 'movements' },
  );
  const accounts = await database.query<RecordedAccount>(
    `SELECT ${NAME} AS name, CASE WHEN system IS NOT NULL THEN 'house' WHEN held_of IS NOT NULL THEN 'held' ELSE 'wallet' END AS owner,
            sum(balance)::bigint AS balance, sum(version)::bigint AS version,
            CASE WHEN NOT bool_or(may_go_negative OR system IS NOT DISTINCT FROM '${TREASURY}') THEN max(credit_limit) END AS credit
     FROM accounts WHERE ${IN_USE} GROUP BY 1, 2`,
  );
  return {
    operations: operations.rows.map((operation) => ({
      ...operation,
      legs: legs.get(operation.id) ?? null,
      moves: moves.get(operation.id) ?? [],
    })),
    accounts: accounts.rows,
  };
}

const NAME = `coalesce(wallet_id::text, 'held of ' || held_of, system)`;
/** The load has wallets of one asset: of the others there are accounts of the house that nothing moves. */
const IN_USE = '(system IS NULL OR version > 0)';

async function readByOperation<Row>(
  database: Database,
  columns: string,
  { table }: { table: string },
): Promise<Map<string, Row[]>> {
  const { rows } = await database.query<Row & { operation_id: string }>(
    `WITH named AS (SELECT id, ${NAME} AS name FROM accounts)
     SELECT wanted.*, taken.name AS from, given.name AS to
     FROM (${columns} FROM ${table}) AS wanted
     JOIN named AS taken ON taken.id = from_account_id JOIN named AS given ON given.id = to_account_id
     ORDER BY operation_id, leg`,
  );
  const found = new Map<string, Row[]>();
  for (const row of rows) {
    const known = found.get(row.operation_id);
    if (known === undefined) found.set(row.operation_id, [row]);
    else known.push(row);
  }
  return found;
}
