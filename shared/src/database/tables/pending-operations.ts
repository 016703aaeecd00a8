import type { OperationType } from '../../operation.ts';
import { arrayLiteral } from '../array-literal.ts';
import type { Queryable } from '../pool.ts';

/** An operation that waits, with what is needed to apply it. */
export interface PendingOperation {
  readonly id: string;
  readonly partition: number;
  readonly seq: bigint;
  readonly walletId: string;
  readonly toWalletId: string | null;
  readonly assetId: number;
  readonly transferable: boolean;
  readonly type: OperationType;
  readonly amount: bigint;
}

/** The first `limit` pending operations of each partition, each partition's in the order of acceptance. */
export async function readPendingOperations(
  database: Queryable,
  partitions: readonly number[],
  limit: number,
): Promise<PendingOperation[]> {
  const { rows } = await database.query<PendingOperation>({
    name: 'readPendingOperations',
    text: `SELECT operations.id, pending.partition, pending.seq, pending.wallet_id AS "walletId",
                  operations.to_wallet_id AS "toWalletId", operations.asset_id AS "assetId", assets.transferable,
                  operations.type, operations.amount
           FROM unnest($1::smallint[]) AS held (partition)
           CROSS JOIN LATERAL (
             SELECT partition, seq, operation_id, wallet_id FROM pending_operations
             WHERE pending_operations.partition = held.partition ORDER BY seq LIMIT $2
           ) AS pending
           JOIN operations ON operations.id = pending.operation_id
           JOIN assets ON assets.id = operations.asset_id
           ORDER BY pending.partition, pending.seq`,
    values: [arrayLiteral(partitions), limit],
  });
  return rows;
}

/** The partitions whose oldest pending operation was accepted at least `ageMs` ago, by the database's clock. */
export async function findWaitingPartitions(database: Queryable, partitions: number, ageMs: number): Promise<number[]> {
  const { rows } = await database.query<{ partition: number }>({
    name: 'findWaitingPartitions',
    text: `SELECT partitions.partition
           FROM generate_series(0, $1::int - 1) AS partitions (partition)
           CROSS JOIN LATERAL (
             SELECT accepted_at FROM pending_operations
             WHERE pending_operations.partition = partitions.partition ORDER BY seq LIMIT 1
           ) AS oldest
           WHERE oldest.accepted_at <= clock_timestamp() - $2::int * interval '1 millisecond'`,
    values: [partitions, ageMs],
  });
  return rows.map((row) => row.partition);
}
